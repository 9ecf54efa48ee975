// Tests of watching: the cursor comes back, and the end is clean.
import assert from "node:assert/strict";
import { watch } from "./watch.ts";

/** A system whose n-th sleep does `then[n - 1]`, and that keeps what was printed. */
function system(outIsTerminal: boolean, then: Array<() => void>) {
  const printed: string[] = [];
  const slept: number[] = [];
  return {
    printed,
    slept,
    sleep(ms: number, signal?: AbortSignal): Promise<void> {
      slept.push(ms);
      const next = then.shift();
      assert.ok(next !== undefined, "slept more often than expected");
      next();
      return signal?.aborted ? Promise.reject(signal.reason) : Promise.resolve();
    },
    terminal: {
      out: (text: string) => void printed.push(text),
      err() {},
      outIsTerminal,
      errIsTerminal: true,
      columns: 80,
    },
  };
}

Deno.test("watch() draws in place every 2 seconds, and gives the cursor back when it is stopped", async () => {
  const stop = new AbortController();
  const fake = system(true, [() => {}, () => stop.abort(new Error("Ctrl-C"))]);
  let count = 0;
  const code = await watch(fake, stop.signal, () => Promise.resolve(`a${++count}\nb\n`));
  assert.equal(code, 0);
  assert.deepEqual(fake.slept, [2000, 2000]);
  assert.deepEqual(fake.printed, [
    "\x1b[?25l\x1b[H\x1b[J",
    "\x1b[Ha1\x1b[K\nb\x1b[K\n\x1b[J",
    "\x1b[Ha2\x1b[K\nb\x1b[K\n\x1b[J",
    "\x1b[?25h",
  ]);
});

type Tall = [sentence: string, rows: number, columns: number, text: string, shown: string];

const TALL: readonly Tall[] = [
  ["shows all that fits", 4, 80, "a\nb\nc\n", "a\nb\nc\n"],
  ["leaves out what does not fit, and says how much", 4, 80, "a\nb\nc\nd\n", "a\nb\n… 2 more lines\n"],
  ["counts a line that the terminal breaks", 4, 5, "123456\nb\nc\n", "123456\n… 2 more lines\n"],
  ["does not count colours", 4, 5, "\x1b[32m12345\x1b[0m\nb\nc\n", "\x1b[32m12345\x1b[0m\nb\nc\n"],
  ["says so also where nothing fits", 1, 80, "a\n", "… 1 more line\n"],
];

for (const [sentence, rows, columns, text, shown] of TALL) {
  Deno.test(`watch() ${sentence}`, async () => {
    const stop = new AbortController();
    const fake = system(true, [() => stop.abort(new Error("Ctrl-C"))]);
    fake.terminal.columns = columns;
    await watch(fake, stop.signal, () => Promise.resolve(text), () => rows);
    assert.equal(fake.printed[1].replaceAll("\x1b[K", ""), `\x1b[H${shown}\x1b[J`);
  });
}

Deno.test("watch() writes plain text one after another where output is no terminal", async () => {
  const stop = new AbortController();
  const fake = system(false, [() => stop.abort(new Error("SIGTERM"))]);
  assert.equal(await watch(fake, stop.signal, () => Promise.resolve("table\n")), 0);
  assert.deepEqual(fake.printed, ["table\n\n"]);
});

Deno.test("watch() gives the cursor back when drawing fails", async () => {
  const fake = system(true, []);
  const failing = watch(fake, new AbortController().signal, () => Promise.reject(new Error("no such file")));
  await assert.rejects(failing, { message: "no such file" });
  assert.equal(fake.printed.at(-1), "\x1b[?25h");
});

Deno.test("watch() passes on a failure of waiting that is not the stop", async () => {
  const fake = system(false, [() => {
    throw new Error("broken clock");
  }]);
  const failing = watch(fake, new AbortController().signal, () => Promise.resolve(""));
  await assert.rejects(failing, { message: "broken clock" });
});
