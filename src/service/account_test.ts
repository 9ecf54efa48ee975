// Tests of whom a job is for: who asks, by which way, and whose home that is.
import assert from "node:assert/strict";
import { type Line, scripted } from "../../tests/service/launchctl_script.ts";
import { UserError } from "../domain/problem.ts";
import { type Asked, type Caller, findCaller } from "./account.ts";

const ROOT: readonly Line[] = [["id -u", 0, "0\n"], ["id -un", 0, "root\n"]];
const ALICE: readonly Line[] = [["id -u", 0, "501\n"], ["id -un", 0, "alice\n"]];
const GROUP: Line = ["id -g", 0, "20\n"];
const MAC_RECORD: readonly Line[] = [
  ["id -u alice", 0, "501\n"],
  ["id -g alice", 0, "20\n"],
  ["dscl /Search -read /Users/alice NFSHomeDirectory", 0, "NFSHomeDirectory:\n /Users/Alice Smith\n"],
];
const passwd = (line: string, name = "alice"): Line => [`getent passwd -- ${name}`, 0, `${line}\n`];
const ENTRY = passwd("alice:x:501:20:Alice,,,:/srv/alice smith:/bin/sh");

function ask(more: Partial<Asked>): Asked {
  return { os: "linux", home: "/var/home/me", command: "/opt/sso-heal install --every 5m", ...more };
}
const account = (home: string) => ({ name: "alice", uid: 501, gid: 20, home });

type Good = readonly [sentence: string, asked: Partial<Asked>, lines: readonly Line[], caller: Caller];

const GOOD: readonly Good[] = [
  ["takes the account that asks, in the home where it works", {}, [...ALICE, GROUP], {
    asRoot: false,
    account: account("/var/home/me"),
  }],
  ["takes the account that names itself", { user: "alice" }, [...ALICE, GROUP], {
    asRoot: false,
    account: account("/var/home/me"),
  }],
  ["does not believe SUDO_USER of somebody who is not root", { sudoUser: "bob" }, [...ALICE, GROUP], {
    asRoot: false,
    account: account("/var/home/me"),
  }],
  ["takes whoever typed sudo", { sudoUser: "alice" }, [...ROOT, ENTRY], {
    asRoot: true,
    account: account("/srv/alice smith"),
  }],
  ["takes whom root names before whoever typed sudo", { user: "alice", sudoUser: "bob" }, [...ROOT, ENTRY], {
    asRoot: true,
    account: account("/srv/alice smith"),
  }],
  ["asks the directory of a Mac for a home", { os: "darwin", user: "alice" }, [...ROOT, ...MAC_RECORD], {
    asRoot: true,
    account: account("/Users/Alice Smith"),
  }],
  ["takes root for itself when it says so", { user: "root" }, [...ROOT, ["id -g", 0, "0\n"]], {
    asRoot: true,
    account: { name: "root", uid: 0, gid: 0, home: "/var/home/me" },
  }],
];

for (const [sentence, asked, lines, caller] of GOOD) {
  Deno.test(`findCaller() ${sentence}`, async () => {
    await scripted(lines, async (hands) => assert.deepEqual(await findCaller(hands, ask(asked)), caller));
  });
}

type Bad = readonly [sentence: string, asked: Partial<Asked>, lines: readonly Line[], message: string, hint?: string];

const BAD: readonly Bad[] = [
  [
    "refuses root that asks for nobody",
    {},
    ROOT,
    "Cannot tell whose AWS sessions to keep alive: root is asking, for nobody",
    "name the account: /opt/sso-heal install --every 5m --user NAME",
  ],
  [
    "refuses root that only went through sudo itself",
    { sudoUser: "root" },
    ROOT,
    "Cannot tell whose AWS sessions to keep alive: root is asking, for nobody",
    "name the account: /opt/sso-heal install --every 5m --user NAME",
  ],
  [
    "refuses an account that asks for another one",
    { user: "bob" },
    ALICE,
    "Cannot do that for bob: you are alice",
    "run: sudo /opt/sso-heal install --every 5m",
  ],
  [
    "refuses a name that the machine does not know",
    { user: "alice" },
    [...ROOT, ["getent passwd -- alice", 2, ""]],
    'Cannot find the account "alice" on this machine',
    "look: getent passwd",
  ],
  [
    "refuses a number in place of a name, which getent knows too",
    { user: "501" },
    [...ROOT, passwd("alice:x:501:20::/home/alice:/bin/sh", "501")],
    'Cannot find the account "501" on this machine',
    "look: getent passwd",
  ],
  [
    "refuses an account without a home",
    { user: "alice" },
    [...ROOT, passwd("alice:x:501:20:::/bin/sh")],
    'Cannot find the account "alice" on this machine',
    "look: getent passwd",
  ],
  ["says that it cannot tell who asks", {}, [["id -u", 1, "id: no"]], "Cannot tell who you are: id: no"],
];

for (const [sentence, asked, lines, message, hint] of BAD) {
  Deno.test(`findCaller() ${sentence}`, async () => {
    await scripted(lines, async (hands) => {
      await assert.rejects(findCaller(hands, ask(asked)), (error) => {
        assert.ok(error instanceof UserError);
        assert.deepEqual([error.message, error.hints[0]], [message, hint]);
        return true;
      });
    });
  });
}
