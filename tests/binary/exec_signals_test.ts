// Signals as they come to `exec` and to the program that it runs: each of them once, whoever it was sent to.
import assert from "node:assert/strict";
import { ignoredSignals } from "../../src/system/ignored_signals.ts";
import { BINARY } from "./support/home.ts";
import { needs } from "./support/requirement.ts";
import { makeScene, type Scene } from "./support/scene.ts";

const DEV = ["exec", "--profile", "dev", "--"];

/** With credentials that are kept: nothing is asked of AWS. */
async function scene(): Promise<Scene> {
  const it = await makeScene({ session: { accessTokenLeftS: 3600 } });
  await it.home.run(["export", "--profile", "dev"]);
  return it;
}

const SIGNALS = ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const;

for (const signal of SIGNALS) {
  Deno.test({
    name: `exec passes ${signal} on, wherever it was started`,
    // As under `nohup`.
    ignore: ignoredSignals([signal]).length > 0,
    fn: async () => {
      await using it = await scene();
      for (const cwd of [it.home.path, "/"]) {
        const script = `trap 'echo got; exit 33' ${signal.slice(3)}; echo ready; while :; do sleep 0.02; done`;
        const child = it.home.start([...DEV, "sh", "-c", script], { cwd });
        const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
        assert.equal((await reader.read()).value, "ready\n");
        child.kill(signal);
        assert.equal((await reader.read()).value, "got\n");
        await Promise.all([reader.cancel(), child.stderr.cancel(), child.stdin.close()]);
        assert.equal((await child.status).code, 33);
      }
    },
  });
}

/** Ends with the number of signals it got. In its first moment it may be sent one twice, rather than never. */
const COUNT =
  "n=0; trap 'n=$((n+1))' NAME; sleep 0.3; times=$(seq 16); echo ready; for i in $times; do sleep 0.05; done; exit 4$n";

/** Sends it to all processes of the group one after the other, as a service manager does to those of a unit. */
function sendToEach(group: number, signal: Deno.Signal): void {
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const [, , pgrp] = Deno.readTextFileSync(`/proc/${name}/stat`).split(") ")[1].split(" ");
      if (Number(pgrp) === group) Deno.kill(Number(name), signal);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error; // it has ended
    }
  }
}

const SENDERS: readonly (readonly [to: string, send: (pid: number, signal: Deno.Signal) => void])[] = [
  ["to this process alone", (pid, signal) => Deno.kill(pid, signal)],
  ["to the whole group", (pid, signal) => Deno.kill(-pid, signal)],
  ["to each process one by one", sendToEach],
];

/** `setsid` makes a group of its own, which gets nothing of what is sent to another. */
const RUN_BY: readonly (readonly string[])[] = [[], ["setsid"]];

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
  Deno.test({
    name: `a program run by exec gets ${signal} once, wherever it was started and whoever it was sent to`,
    ignore: ignoredSignals([signal]).length > 0 || needs("signals to a group", "setsid").ignore,
    fn: async () => {
      await using it = await scene();
      const places = [it.home.path, "/"];
      for (const runBy of RUN_BY) {
        const rows = SENDERS.flatMap(([to, send]) => places.map((cwd) => ({ to, send, cwd })));
        const counts = await Promise.all(rows.map(async ({ to, send, cwd }) => {
          const child = new Deno.Command("setsid", {
            args: [BINARY, ...DEV, ...runBy, "sh", "-c", COUNT.replace("NAME", signal.slice(3))],
            cwd,
            clearEnv: true,
            env: it.home.env,
            stdin: "null",
            stdout: "piped",
            stderr: "null",
          }).spawn();
          const reader = child.stdout.getReader();
          await reader.read();
          send(child.pid, signal);
          await reader.cancel();
          return [to, cwd, (await child.status).code];
        }));
        assert.deepEqual(counts, rows.map(({ to, cwd }) => [to, cwd, 41]));
      }
    },
  });
}

Deno.test({
  name: "exec gives the exit code of a program that a signal to the group ends at once",
  ignore: ignoredSignals(["SIGTERM"]).length > 0 || needs("signals to a group", "setsid").ignore,
  fn: async () => {
    await using it = await scene();
    const codes = await Promise.all(Array.from({ length: 8 }, async () => {
      const child = new Deno.Command("setsid", {
        args: [BINARY, ...DEV, "sh", "-c", "trap 'exit 9' TERM; sleep 0.3; echo ready; while :; do sleep 0.02; done"],
        cwd: "/",
        clearEnv: true,
        env: it.home.env,
        stdin: "null",
        stdout: "piped",
        stderr: "null",
      }).spawn();
      const reader = child.stdout.getReader();
      await reader.read();
      Deno.kill(-child.pid, "SIGTERM");
      await reader.cancel();
      return (await child.status).code;
    }));
    assert.deepEqual(codes, codes.map(() => 9));
  },
});

/** Types Ctrl-C once the program is ready, and prints what was on the terminal and how it ended. */
const TYPIST = `
import os, pty, sys, time
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
said = b""
while True:
    try:
        part = os.read(terminal, 4096)
    except OSError:
        part = b""
    if not part:
        break
    if b"ready" in part:
        time.sleep(0.1)
        os.write(terminal, b"\\x03")
    said += part
print(said.decode().replace("\\r\\n", "|"), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

const AT_TERMINAL: readonly (readonly [what: string, script: string, shown: string])[] = [
  [
    "reaches a program once",
    `n=0; trap 'n=$((n+1))' INT; echo ready; for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 0.05; done; [ -t 0 ] && exit 4$n`,
    "ready|^C 41\n",
  ],
  ["ends one that does not care", "echo ready; sleep 60", "ready|^C 130\n"],
];

for (const [what, script, shown] of AT_TERMINAL) {
  Deno.test({
    name: `Ctrl-C at a terminal ${what}`,
    ...needs("exec at a terminal", "python3"),
    fn: async () => {
      await using it = await scene();
      for (const cwd of [it.home.path, "/"]) {
        const { stdout, stderr } = await new Deno.Command("/usr/bin/python3", {
          args: ["-c", TYPIST, BINARY, ...DEV, "sh", "-c", script],
          cwd,
          clearEnv: true,
          env: it.home.env,
        }).output();
        assert.equal(new TextDecoder().decode(stdout), shown, new TextDecoder().decode(stderr));
      }
    },
  });
}

Deno.test("exec leaves a program the protection of nohup, and of a script that ignores signals", async () => {
  await using it = await scene();
  const script = "for s in HUP INT QUIT; do kill -$s $PPID; kill -$s $$; done; sleep 0.1; echo survived; exit 3";
  for (const cwd of [it.home.path, "/"]) {
    const { code, stdout } = await new Deno.Command("/bin/sh", {
      args: ["-c", `trap '' INT QUIT; exec nohup "$@"`, "sh", BINARY, ...DEV, "sh", "-c", script],
      cwd,
      clearEnv: true,
      env: it.home.env,
      stdin: "null",
    }).output();
    assert.deepEqual([code, new TextDecoder().decode(stdout)], [3, "survived\n"]);
  }
});
