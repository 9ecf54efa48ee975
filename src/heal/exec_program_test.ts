// Proves by real programs how one ends that is run in our place, and how one that cannot be.
import assert from "node:assert/strict";
import { withTemporaryHome } from "../../tests/support/temporary_home.ts";
import { UserError } from "../domain/problem.ts";
import { ignoredSignals } from "../system/ignored_signals.ts";
import { runAttached } from "./exec_program.ts";

const env = { PATH: "/usr/bin:/bin" };

const ENDS: [what: string, script: string, code: number][] = [
  ["0", "exit 0", 0],
  ["its own code", "exit 200", 200],
  ["128 + n when signal n ended it", "kill -TERM $$", 143],
  ["the same for one that cannot be caught", "kill -KILL $$", 137],
];

for (const [what, script, code] of ENDS) {
  Deno.test(`runAttached() gives ${what}`, async () => {
    assert.equal(await runAttached({ program: "sh", args: ["-c", script], cwd: "/", env }), code);
  });
}

Deno.test("runAttached() starts the program where it is told, with that environment and no other", async () => {
  await withTemporaryHome(async (home) => {
    const script = `pwd > "$OUT"; env | sort >> "$OUT"`;
    await runAttached({ program: "/bin/sh", args: ["-c", script], cwd: home, env: { OUT: `${home}/out`, A: "b c" } });
    assert.equal(await Deno.readTextFile(`${home}/out`), `${home}\nA=b c\nOUT=${home}/out\nPWD=${home}\n`);
  });
});

const SIGNALS = ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"] as const;

for (const signal of SIGNALS) {
  Deno.test({
    name: `runAttached() passes ${signal} on`,
    // As under `nohup`.
    ignore: ignoredSignals([signal]).length > 0,
    fn: async () => {
      // This process is the one that is told; the program asks it to be, so that it is there already.
      const name = signal.slice(3);
      const script = `trap 'exit 9' ${name}; kill -${name} "$PPID"; while :; do sleep 0.01; done`;
      assert.equal(await runAttached({ program: "sh", args: ["-c", script], cwd: "/", env }), 9);
    },
  });
}

const FAILURES: [what: string, program: string, code: number, message: RegExp][] = [
  ["is not in PATH", "no-such-program", 127, /"no-such-program": it is not in PATH/],
  ["is no file", "./nothing", 127, /"\.\/nothing": there is no such file/],
  ["names an interpreter that is not there", "./orphan", 127, /there is no such file, or not what its first line/],
  ["is not executable", "./plain", 126, /it is not executable/],
  ["is a folder", "./folder", 126, /it is not executable/],
];

for (const [what, program, code, message] of FAILURES) {
  Deno.test(`runAttached() refuses a program that ${what}`, async () => {
    await withTemporaryHome(async (cwd) => {
      await Deno.mkdir(`${cwd}/folder`);
      await Deno.writeTextFile(`${cwd}/plain`, "#!/bin/sh\n", { mode: 0o600 });
      await Deno.writeTextFile(`${cwd}/orphan`, "#!/no/such/interpreter\n", { mode: 0o700 });
      await assert.rejects(runAttached({ program, args: [], cwd, env }), (error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, message);
        assert.equal(error.exitCode, code);
        return true;
      });
    });
  });
}

Deno.test("runAttached() says that the directory is gone", async () => {
  await assert.rejects(runAttached({ program: "ls", args: [], cwd: "/no/such/folder", env }), {
    message: 'Cannot run "ls": the directory "/no/such/folder" is gone',
  });
});
