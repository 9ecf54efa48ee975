// Proves the facts of a Mac against the words of its programs.
import assert from "node:assert/strict";
import { type Line, scripted } from "../../tests/service/launchctl_script.ts";
import { UserError } from "../domain/problem.ts";
import { accountOf, clearQuarantine, hasFileVault, isHeadless, protectedPaths, proveSignature } from "./macos.ts";

Deno.test("isHeadless() knows every way in which a screen belongs to nobody", async () => {
  const rows: readonly (readonly [answer: readonly [code: number, words: string], expected: boolean])[] = [
    [[0, "root\n"], true],
    [[0, "loginwindow\n"], true],
    [[0, "_mbsetupuser\n"], true],
    [[1, "stat: /dev/console: No such file"], true],
    [[0, "alice\n"], false],
  ];
  for (const [answer, expected] of rows) {
    await scripted([["stat -f %Su /dev/console", ...answer]], async (hands) => {
      assert.equal(await isHeadless(hands), expected, answer[1]);
    });
  }
});

const IDS: readonly Line[] = [["id -u alice", 0, "501\n"], ["id -g alice", 0, "20\n"]];
const RECORD = "dscl /Search -read /Users/alice NFSHomeDirectory";

Deno.test("accountOf() reads the home as it is, also with spaces", async () => {
  const rows = [
    ["NFSHomeDirectory: /Users/alice\n", "/Users/alice"],
    ["NFSHomeDirectory:\n /Volumes/Team Disk/alice smith\n", "/Volumes/Team Disk/alice smith"],
    ["NFSHomeDirectory: /var/NFSHomeDirectory: x\n", "/var/NFSHomeDirectory: x"],
  ] as const;
  for (const [words, home] of rows) {
    await scripted([...IDS, [RECORD, 0, words]], async (hands) => {
      assert.deepEqual(await accountOf(hands, "alice"), { name: "alice", uid: 501, gid: 20, home });
    });
  }
});

type NoAccount = readonly [sentence: string, name: string, lines: readonly Line[], why: string];

const NO_ACCOUNTS: readonly NoAccount[] = [
  ["an unknown name", "bob", [["id -u bob", 1, "id: bob: no such user\n"]], "id: bob: no such user"],
  [
    "a record without a home",
    "alice",
    [...IDS, [RECORD, 0, "No such key: NFSHomeDirectory\n"]],
    "its record names no home",
  ],
  ["a record that cannot be read", "alice", [...IDS, [RECORD, 56]], "/usr/bin/dscl failed (exit code 56)"],
  ["ids that are no numbers", "alice", [
    ["id -u alice", 0, "?\n"],
    IDS[1],
    [RECORD, 0, "NFSHomeDirectory: /Users/alice\n"],
  ], "id gives no number for it"],
  ["a name like an option", "-u", [], "no account has such a name"],
  ["a name like a path", "../alice", [], "no account has such a name"],
  ["no name", "", [], "no account has such a name"],
];

for (const [sentence, name, lines, why] of NO_ACCOUNTS) {
  Deno.test(`accountOf() refuses ${sentence}`, async () => {
    await scripted(lines, async (hands) => {
      const message = `Cannot find the account "${name}" on this Mac: ${why}`;
      await assert.rejects(accountOf(hands, name), { name: "UserError", message });
    });
  });
}

const COPY = "/usr/local/bin/sso-heal";

Deno.test("clearQuarantine() takes the mark off where there is one", async () => {
  const asked: Line = [`xattr -p com.apple.quarantine ${COPY}`, 0, "0083;66;Safari;\n"];
  await scripted([asked, [`xattr -d com.apple.quarantine ${COPY}`]], async (hands) => {
    assert.equal(await clearQuarantine(hands, COPY), true);
  });
  await scripted([[asked[0], 1, "No such xattr"]], async (hands) => {
    assert.equal(await clearQuarantine(hands, COPY), false);
  });
  await scripted([asked, [`xattr -d com.apple.quarantine ${COPY}`, 1, "Operation not permitted"]], async (hands) => {
    await assert.rejects(clearQuarantine(hands, COPY), UserError);
  });
});

Deno.test("proveSignature() is content where nothing can be proved, and refuses a broken one", async () => {
  const codesign = `codesign -v ${COPY}`;
  for (const code of [0, 127]) {
    await scripted([[codesign, code]], async (hands) => assert.equal(await proveSignature(hands, COPY), undefined));
  }
  await scripted([[codesign, 1, "invalid signature"]], async (hands) => {
    const message = `Cannot use ${COPY}: its signature does not fit (invalid signature)`;
    await assert.rejects(proveSignature(hands, COPY), { name: "UserError", message });
  });
});

Deno.test("clearQuarantine() and proveSignature() run as the owner of the copy", async () => {
  const as = { uid: 501, gid: 20 };
  const asked: unknown[] = [];
  const run = (command: { readonly as?: unknown }) => {
    asked.push(command.as);
    return Promise.resolve({ code: 0, stdout: "", stderr: "" });
  };
  await scripted([], async (hands) => {
    hands.run = run;
    await clearQuarantine(hands, COPY, as);
    await proveSignature(hands, COPY, as);
  });
  assert.deepEqual(asked, [as, as, as]);
});

Deno.test("protectedPaths() names each path for which macOS asks a person", () => {
  const home = "/Users/alice";
  const rows: readonly (readonly [path: string, expected: boolean])[] = [
    [`${home}/Documents/aws/config`, true],
    [`${home}/documents/aws`, true],
    [`${home}/Desktop`, true],
    [`${home}/Downloads/sso-heal`, true],
    [`${home}/Library/Mobile Documents/com~apple~CloudDocs/config`, true],
    ["/Volumes/stick/config", true],
    [`${home}/.aws/config`, false],
    [`${home}/Documents2/config`, false],
    [`${home}/work/Documents/config`, false],
    ["/usr/local/bin/sso-heal", false],
  ];
  for (const [path, expected] of rows) {
    const hints = protectedPaths(home, [path]);
    assert.deepEqual(hints.map(({ code }) => code), expected ? ["ProtectedByMacos"] : [], path);
    assert.equal(hints.every(({ message }) => message.includes(path)), true);
  }
});

Deno.test("hasFileVault() reads fdesetup, and knows when it cannot", async () => {
  const rows = [[0, "FileVault is On.\n", true], [0, "FileVault is Off.\n", false], [1, "Error", undefined]] as const;
  for (const [code, words, expected] of rows) {
    await scripted([["fdesetup status", code, words]], async (hands) => {
      assert.equal(await hasFileVault(hands), expected);
    });
  }
});
