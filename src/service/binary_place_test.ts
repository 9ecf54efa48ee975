// Tests of putting the binary to its place, with small real programs.
import assert from "node:assert/strict";
import { modeOf, withTemporaryHome } from "../../tests/support/temporary_home.ts";
import { UserError } from "../domain/problem.ts";
import { type Command, runProgram } from "../system/run_program.ts";
import {
  binaryPlace,
  compareBinary,
  type Copy,
  copyBinary,
  dropFormer,
  FORMER,
  NEW,
  restoreFormer,
} from "./binary_place.ts";
import type { Hands } from "./manager.ts";
import { OwnedFiles } from "./owned_files.ts";

const HANDS: Hands = { run: runProgram, now: () => 0, sleep: () => Promise.resolve() };

interface Scene {
  readonly root: string;
  readonly copy: Copy;
  readonly files: OwnedFiles;
}

/** A program in the downloads that calls itself 2.0, and a stable place where nothing is yet. */
async function scene(use: (scene: Scene) => Promise<void>, hands = HANDS, os: Copy["os"] = "linux"): Promise<void> {
  await withTemporaryHome(async (root) => {
    const [self, place] = [`${root}/my downloads/-sso-heal`, `${root}/local bin/sso-heal`];
    write(self, "2.0");
    const account = { name: "alice", uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0, home: root };
    const files = new OwnedFiles(hands, { scope: "user", account, asRoot: false });
    await use({ root, copy: { self, place, ownHome: root, os }, files });
  });
}

function write(path: string, version: string): void {
  Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  Deno.writeTextFileSync(path, script(version));
  Deno.chmodSync(path, 0o755);
}

function script(version: string): string {
  return `#!/bin/sh\necho "${version}"\n`;
}

function filesIn(folder: string): readonly string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

async function fails(work: Promise<unknown>, message: RegExp): Promise<UserError> {
  const error = await work.then(() => undefined, (error) => error);
  assert.ok(error instanceof UserError, `no UserError, but ${error}`);
  assert.match(error.message, message);
  return error;
}

Deno.test("binaryPlace() is that of the machine for root, else that of the account", () => {
  assert.equal(binaryPlace(true, { home: "/home/alice" }), "/usr/local/bin/sso-heal");
  assert.equal(binaryPlace(false, { home: "/home/alice" }), "/home/alice/.local/bin/sso-heal");
});

Deno.test("compareBinary() tells what lies at the place", async () => {
  const rows: readonly (readonly [expected: string, put: (self: string, place: string) => void])[] = [
    ["missing", () => {}],
    ["other", (_, place) => write(place, "1.0")],
    ["same", (_, place) => write(place, "2.0")],
    ["same", (self, place) => Deno.linkSync(self, place)],
    ["same", (self, place) => Deno.symlinkSync(self, place)],
    ["linked", (_, place) => Deno.symlinkSync("/bin/sh", place)],
    ["linked", (_, place) => Deno.symlinkSync("nowhere", place)],
    ["other", (_, place) => Deno.mkdirSync(place)],
  ];
  for (const [index, [expected, put]] of rows.entries()) {
    await scene(async ({ root, copy: { self, place }, files }) => {
      Deno.mkdirSync(`${root}/local bin`);
      put(self, place);
      assert.equal(await compareBinary(files.hands, self, place), expected, `row ${index}`);
    });
  }
});

Deno.test("copyBinary() makes the folder, and leaves nothing but the program", async () => {
  await scene(async ({ root, copy, files }) => {
    await copyBinary(files, copy);
    assert.equal(Deno.readTextFileSync(copy.place), script("2.0"));
    assert.deepEqual([modeOf(copy.place), modeOf(`${root}/local bin`)], ["0755", "0755"]);
    assert.deepEqual(filesIn(`${root}/local bin`), ["sso-heal"]);
    assert.deepEqual(filesIn(`${root}/my downloads`), ["-sso-heal"]);
  });
});

Deno.test("copyBinary() replaces by rename, keeps the former one, and restoreFormer() gives it back", async () => {
  await scene(async ({ root, copy, files }) => {
    write(copy.place, "1.0");
    const inode = Deno.statSync(copy.place).ino;
    await copyBinary(files, copy);
    assert.notEqual(Deno.statSync(copy.place).ino, inode);
    assert.equal(Deno.statSync(`${copy.place}${FORMER}`).ino, inode);
    await restoreFormer(files.hands, copy.place);
    assert.deepEqual([Deno.statSync(copy.place).ino, Deno.readTextFileSync(copy.place)], [inode, script("1.0")]);
    assert.deepEqual(filesIn(`${root}/local bin`), ["sso-heal"]);
  });
});

Deno.test("restoreFormer() leaves an empty place where there was nothing before, and dropFormer() the new program", async () => {
  await scene(async ({ root, copy, files }) => {
    await copyBinary(files, copy);
    await dropFormer(files.hands, copy.place);
    assert.deepEqual(filesIn(`${root}/local bin`), ["sso-heal"]);
    await restoreFormer(files.hands, copy.place);
    assert.deepEqual(filesIn(`${root}/local bin`), []);
  });
});

Deno.test("copyBinary() twice in a row keeps what was there last", async () => {
  await scene(async ({ root, copy, files }) => {
    write(copy.place, "1.0");
    write(`${copy.place}${FORMER}`, "0.1");
    write(`${copy.place}${NEW}`, "0.2");
    await copyBinary(files, copy);
    assert.equal(Deno.readTextFileSync(`${copy.place}${FORMER}`), script("1.0"));
    await dropFormer(files.hands, copy.place);
    assert.deepEqual(filesIn(`${root}/local bin`), ["sso-heal"]);
  });
});

Deno.test("copyBinary() goes on while the former program runs, which runs to its end", async () => {
  await scene(async ({ copy, files }) => {
    // A program of machine code, which the kernel does not let anybody write to while it runs.
    Deno.mkdirSync(copy.place.slice(0, copy.place.lastIndexOf("/")));
    Deno.copyFileSync("/bin/cat", copy.place);
    const running = new Deno.Command(copy.place, { stdin: "piped", stdout: "piped" }).spawn();
    await copyBinary(files, copy);
    const stdin = running.stdin.getWriter();
    await stdin.write(new TextEncoder().encode("still here"));
    await stdin.close();
    const { code, stdout } = await running.output();
    assert.deepEqual([code, new TextDecoder().decode(stdout)], [0, "still here"]);
    assert.equal((await runProgram({ program: copy.place, args: ["--version"] })).stdout, "2.0\n");
  });
});

Deno.test("copyBinary() refuses a copy that does not run, or says something else, with nothing changed", async () => {
  const rows: readonly (readonly [program: string, hint: string | undefined])[] = [
    ["#!/bin/sh\necho broken >&2\nexit 1\n", "broken"],
    ['#!/bin/sh\necho "$0"\n', undefined],
    ["#!/nowhere\n", ""],
  ];
  for (const [program, said] of rows) {
    await scene(async ({ root, copy, files }) => {
      write(copy.place, "1.0");
      const inode = Deno.statSync(copy.place).ino;
      Deno.writeTextFileSync(copy.self, program);
      const { hints, message } = await fails(
        copyBinary(files, copy),
        /^Cannot use the copy at .*: it does not run for /,
      );
      assert.ok(message.endsWith("alice"), message);
      assert.equal(hints[0], `try it: ${copy.place}${NEW} --version`);
      if (said !== "") assert.equal(hints[1], said);
      assert.deepEqual([filesIn(`${root}/local bin`), Deno.statSync(copy.place).ino], [["sso-heal"], inode]);
    });
  }
});

Deno.test("copyBinary() says why it cannot copy, and leaves no part of a copy", async () => {
  await scene(async ({ root, copy, files }) => {
    await Deno.remove(copy.self);
    await fails(copyBinary(files, copy), /^Cannot copy .*-sso-heal to .*sso-heal\.new-\d+: .*No such file/);
    Deno.writeTextFileSync(`${root}/file`, "");
    await fails(copyBinary(files, { ...copy, place: `${root}/file/sso-heal` }), /^Cannot copy /);
    assert.deepEqual(filesIn(`${root}/local bin`), []);
  });
});

Deno.test("copyBinary() does not put the program into a folder that is in its place", async () => {
  await scene(async ({ copy, files }) => {
    Deno.mkdirSync(copy.place, { recursive: true });
    await fails(copyBinary(files, copy), /^Cannot put the binary at ".*sso-heal": a folder is there$/);
    assert.deepEqual(filesIn(copy.place), []);
  });
});

Deno.test("copyBinary() on a Mac clears the mark and proves the signature of the copy, before anything runs it", async () => {
  const asked: string[] = [];
  const run = (command: Command) => {
    const name = command.program.split("/").at(-1) ?? "";
    if (!["xattr", "codesign"].includes(name)) {
      if (command.program.endsWith(NEW)) asked.push("run");
      return runProgram(command);
    }
    assert.ok(command.args.at(-1)?.endsWith(`/sso-heal${NEW}`), "the copy alone");
    asked.push(`${name} ${command.args[0]}`);
    return Promise.resolve({ code: 0, stdout: "", stderr: "" });
  };
  await scene(({ copy, files }) => copyBinary(files, copy), { ...HANDS, run }, "darwin");
  assert.deepEqual(asked, ["xattr -p", "xattr -d", "codesign -v", "run"]);
});
