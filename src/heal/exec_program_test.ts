// Proves by real programs how one ends that is run in our place.
import assert from "node:assert/strict";
import { withTemporaryHome } from "../../tests/support/temporary_home.ts";
import { ignoredSignals } from "../system/ignored_signals.ts";
import { runAttached } from "./exec_program.ts";
import { PassedSignals } from "./exec_signals.ts";
import type { AttachedProgram } from "./exec_start.ts";

const env = { PATH: "/usr/bin:/bin" };

async function run(attached: AttachedProgram): Promise<number> {
  const signals = await PassedSignals.listen();
  try {
    return await runAttached(attached, signals);
  } finally {
    await signals.end();
  }
}

const ENDS: [what: string, script: string, code: number][] = [
  ["0", "exit 0", 0],
  ["its own code", "exit 200", 200],
  ["128 + n when signal n ended it", "kill -TERM $$", 143],
  ["the same for one that cannot be caught", "kill -KILL $$", 137],
];

for (const [what, script, code] of ENDS) {
  Deno.test(`runAttached() gives ${what}`, async () => {
    assert.equal(await run({ program: "sh", args: ["-c", script], cwd: "/", env }), code);
  });
}

Deno.test("runAttached() starts the program where it is told, with that environment and no other", async () => {
  await withTemporaryHome(async (home) => {
    const script = `pwd > "$OUT"; env | sort >> "$OUT"`;
    await run({ program: "/bin/sh", args: ["-c", script], cwd: home, env: { OUT: `${home}/out`, A: "b c" } });
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
      assert.equal(await run({ program: "sh", args: ["-c", script], cwd: "/", env }), 9);
    },
  });
}
