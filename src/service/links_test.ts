// Tests of finding what links in our folders lead to, with real links.
import assert from "node:assert/strict";
import { withTemporaryHome } from "../../tests/support/temporary_home.ts";
import type { Bind } from "../domain/service.ts";
import { runProgram } from "../system/run_program.ts";
import { findBinds, FOLDERS } from "./links.ts";
import { OwnedFiles } from "./owned_files.ts";

/** A link below the home and what it says; `/` at its beginning stands for the temporary folder. */
type Link = readonly [path: string, says: string];

/** Binds as the test writes them: paths below the temporary folder. */
async function bindsOf(links: readonly Link[], targets: readonly string[]): Promise<readonly Bind[]> {
  let binds: readonly Bind[] = [];
  await withTemporaryHome(async (root) => {
    const home = `${root}/home`;
    for (
      const folder of [
        ...FOLDERS.map((name) => `/home/${name}`),
        ...targets.map((path) => path.replace(/\/[^/]*$/, "")),
      ]
    ) {
      Deno.mkdirSync(root + folder, { recursive: true });
    }
    for (const path of targets) {
      if (path.endsWith("/")) continue;
      Deno.writeTextFileSync(root + path, "");
    }
    for (const [path, says] of links) Deno.symlinkSync(says.startsWith("/") ? root + says : says, `${home}/${path}`);
    const account = { name: "alice", uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0, home };
    const hands = { run: runProgram, now: () => 0, sleep: () => Promise.resolve() };
    const found = await findBinds(new OwnedFiles(hands, { scope: "user", account, asRoot: false }));
    binds = found.map(({ source, target, writable }) => ({
      source: source.replace(root, ""),
      target: target.replace(root, ""),
      writable,
    }));
  });
  return binds;
}

const bind = (source: string, target = source, writable = true): Bind => ({ source, target, writable });

type Row = readonly [sentence: string, links: readonly Link[], targets: readonly string[], binds: readonly Bind[]];

const ROWS: readonly Row[] = [
  ["finds nothing where there is no link", [], [], []],
  ["finds a file by its full path", [[".aws/config", "/srv/config"]], ["/srv/config"], [bind("/srv/config")]],
  ["finds a file by its way from the link", [[".aws/config", "../../srv/./config"]], ["/srv/config"], [
    bind("/srv/config"),
  ]],
  ["finds a folder", [[".aws/sso", "/srv/sso"]], ["/srv/sso/"], [bind("/srv/sso")]],
  ["gives what the config leads to for reading only", [[".config/sso-heal/config.ini", "/srv/config.ini"]], [
    "/srv/config.ini",
  ], [bind("/srv/config.ini", "/srv/config.ini", false)]],
  [
    "binds the end of a chain where its first link looks for it",
    [[".aws/config", "../first"], ["first", "/srv/last"]],
    [
      "/srv/last",
    ],
    [bind("/srv/last", "/home/first")],
  ],
  [
    "binds what a way through another link leads to where it is, and makes nothing elsewhere",
    [["d", "a/b/c/d"], [".aws/x", "../d/../../etc/nologin"]],
    ["/home/a/b/c/d/", "/home/a/b/etc/nologin"],
    [bind("/home/a/b/etc/nologin")],
  ],
  ["leaves out what leads to nothing", [[".aws/config", "/srv/gone"]], [], []],
  ["leaves out a circle", [[".aws/config", "credentials"], [".aws/credentials", "config"]], [], []],
  [
    "leaves out what stays in our folders",
    [
      [".aws/config", "other"],
      [".config/sso-heal/config.ini", "/home/.aws/other"],
    ],
    ["/home/.aws/other"],
    [],
  ],
  ["does not take a folder for ours that only begins like one", [[".aws/config", "../.aws-team/config"]], [
    "/home/.aws-team/config",
  ], [bind("/home/.aws-team/config")]],
  ["takes every name as it is", [[".aws/a b", "/srv/it's 50%"], [".aws/-n", "/srv/new\nline\\n"]], [
    "/srv/it's 50%",
    "/srv/new\nline\\n",
  ], [bind("/srv/it's 50%"), bind("/srv/new\nline\\n")]],
  ["is in the same order whatever the order of the links", [[".aws/a", "/srv/2"], [".aws/b", "/srv/1"]], [
    "/srv/1",
    "/srv/2",
  ], [bind("/srv/1"), bind("/srv/2")]],
  [
    "lets a file be written to which two links lead, when one of them may",
    [
      [".aws/config", "/srv/x"],
      [".config/sso-heal/config.ini", "/srv/x"],
    ],
    ["/srv/x"],
    [bind("/srv/x")],
  ],
  ["names what two links lead to once", [[".aws/a", "/srv/x"], [".aws/b", "/srv/x"]], ["/srv/x"], [bind("/srv/x")]],
];

for (const [sentence, links, targets, binds] of ROWS) {
  Deno.test(`findBinds() ${sentence}`, async () => assert.deepEqual(await bindsOf(links, targets), binds));
}

Deno.test("findBinds() finds nothing in a home without our folders", async () => {
  await withTemporaryHome(async (home) => {
    const account = { name: "alice", uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0, home };
    const hands = { run: runProgram, now: () => 0, sleep: () => Promise.resolve() };
    assert.deepEqual(await findBinds(new OwnedFiles(hands, { scope: "user", account, asRoot: false })), []);
  });
});
