// Proves by real processes that a signal to the group is told from one to a single process.
import assert from "node:assert/strict";

/** Sends itself signals and prints what the witness saw of them. SIGALRM ends the shell, which does not know it. */
const SCRIPT = `import { SignalWitness } from ${JSON.stringify(new URL("signal_witness.ts", import.meta.url).href)};
const signals = ["SIGTERM", "SIGUSR1", "SIGHUP"];
const { witness, ignored } = await SignalWitness.start(signals);
for (const signal of [...signals, "SIGALRM"]) Deno.addSignalListener(signal, () => {});
const log = [ignored];
const alone = (signal) => Deno.kill(Deno.pid, signal);
const group = (signal) => Deno.kill(-Deno.pid, signal);
const see = async (pid) => log.push([...await witness.seen(pid)].sort());
alone("SIGTERM"); await see();
group("SIGTERM"); await see(); await see();
group("SIGTERM"); await see(Deno.pid);
group("SIGTERM"); await see(Deno.ppid); await see();
group("SIGTERM"); alone("SIGUSR1"); group("SIGUSR1");
log.push((await Promise.all([witness.seen(), witness.seen()])).flat().sort());
group("SIGALRM"); await see(); await see();
await witness.end();
console.log(JSON.stringify(log));
Deno.exit();`;

const ROWS: [how: string, words: string[], ignored: string[]][] = [
  ["", [], []],
  [" and of those that are ignored", ["env", "--ignore-signal=HUP"], ["SIGHUP"]],
];

for (const [how, words, ignored] of ROWS) {
  Deno.test({
    name: `SignalWitness tells of signals to the group only, of each once, and of none when it has ended${how}`,
    ignore: Deno.build.os !== "linux",
    fn: async () => {
      const args = [...words, Deno.execPath(), "eval", SCRIPT];
      const { stdout, stderr } = await new Deno.Command("setsid", { args }).output();
      assert.ok(stdout.length > 0, new TextDecoder().decode(stderr));
      const log = JSON.parse(new TextDecoder().decode(stdout));
      assert.deepEqual(log, [ignored, [], ["SIGTERM"], [], ["SIGTERM"], [], [], ["SIGTERM", "SIGUSR1"], [], []]);
    },
  });
}
