// Proves by real programs and folders which one is started, and what is said of one that cannot be.
import assert from "node:assert/strict";
import { withTemporaryHome } from "../../tests/support/temporary_home.ts";
import { UserError } from "../domain/problem.ts";
import { startAttached } from "./exec_start.ts";

/** A folder with programs of every kind; `run` says which one it is. */
async function withFolder(body: (cwd: string) => Promise<void>): Promise<void> {
  await withTemporaryHome(async (cwd) => {
    for (const folder of ["bin", "other", "folder", "text"]) await Deno.mkdir(`${cwd}/${folder}`);
    const write = (name: string, text: string, mode = 0o700) => Deno.writeTextFile(`${cwd}/${name}`, text, { mode });
    for (const name of ["run", "bin/run", "other/run"]) await write(name, '#!/bin/sh\necho "$PATH $0" > "$OUT"\n');
    await write("plain", "#!/bin/sh\n", 0o600);
    await write("text/run", "#!/bin/sh\n", 0o600);
    await write("orphan", "#!/no/such/interpreter\n");
    await body(cwd);
  });
}

const FOUND: [what: string, program: string, path: string, found: string][] = [
  ["a relative folder", "run", "bin:/usr/bin", "/bin/run"],
  ["the first that has it", "run", "/usr/bin:folder:other:bin", "/other/run"],
  ["a dot", "run", ".:bin", "/run"],
  ["an empty entry in front", "run", ":/usr/bin", "/run"],
  ["an empty entry at the end", "run", "/usr/bin:", "/run"],
  ["nothing but an empty entry", "run", "", "/run"],
  ["another folder than the one where it is not executable", "run", "text:plain:bin", "/bin/run"],
  ["no folder for a path", "other/run", "bin", "/other/run"],
];

for (const [what, program, path, found] of FOUND) {
  Deno.test(`startAttached() takes ${what}, and leaves PATH as it is`, async () => {
    await withFolder(async (cwd) => {
      const env = { PATH: path, OUT: `${cwd}/out` };
      assert.equal((await startAttached({ program, args: [], cwd, env }).status).code, 0);
      const text = await Deno.readTextFile(`${cwd}/out`);
      assert.equal(text.replace("/./", "/"), `${path} ${cwd}${found}\n`);
    });
  });
}

Deno.test("startAttached() finds the programs of the system without PATH", async () => {
  assert.equal((await startAttached({ program: "true", args: [], cwd: "/", env: {} }).status).code, 0);
});

const FAILURES: [what: string, program: string, code: number, message: RegExp][] = [
  ["is not in PATH", "no-such-program", 127, /"no-such-program": it is not in PATH$/],
  ["has no name", "", 127, /"": it is not in PATH$/],
  ["is no file", "./nothing", 127, /"\.\/nothing": there is no such file$/],
  ["lies below a file", "./plain/x", 127, /there is no such file$/],
  ["names an interpreter that is not there", "./orphan", 127, /the interpreter that it names/],
  ["names such a one, found by PATH", "orphan", 127, /"orphan": the interpreter that it names/],
  ["is not executable", "./plain", 126, /it is not executable$/],
  ["is not executable, found by PATH", "plain", 126, /"plain": it is not executable$/],
  ["is a folder", "./folder", 126, /it is not executable$/],
];

for (const [what, program, code, message] of FAILURES) {
  Deno.test(`startAttached() refuses a program that ${what}`, async () => {
    await withFolder((cwd) => {
      const env = { PATH: "/usr/bin:/bin:." };
      assert.throws(() => startAttached({ program, args: [], cwd, env }), (error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, message);
        assert.equal(error.exitCode, code);
        return true;
      });
      return Promise.resolve();
    });
  });
}

Deno.test("startAttached() says that the directory is gone", () => {
  const lost = { program: "ls", args: [], cwd: "/no/such/folder", env: { PATH: "/usr/bin:/bin" } };
  assert.throws(() => startAttached(lost), { message: 'Cannot run "ls": the directory "/no/such/folder" is gone' });
});
