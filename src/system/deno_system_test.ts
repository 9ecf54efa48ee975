// Tests of the real system: whole writes, sleeping that can be ended.
import assert from "node:assert/strict";
import { columnsOf, denoSystem, sleep, writeAll } from "./deno_system.ts";

/** A stream that takes at most `atOnce` bytes a call, and first fails with each of `failures`. */
function stream(atOnce: number, failures: Error[] = []) {
  const taken: number[] = [];
  return {
    taken,
    text: () => new TextDecoder().decode(new Uint8Array(taken)),
    writeSync(bytes: Uint8Array): number {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      taken.push(...bytes.subarray(0, atOnce));
      return Math.min(atOnce, bytes.length);
    },
  };
}

Deno.test("writeAll() goes on after a partial write", () => {
  const target = stream(3);
  assert.equal(writeAll(target, "sesión ✓ 日本"), true);
  assert.equal(target.text(), "sesión ✓ 日本");
});

Deno.test("writeAll() waits for a full pipe that does not block", () => {
  const target = stream(100, [new Deno.errors.WouldBlock("full"), new Deno.errors.WouldBlock("full")]);
  assert.equal(writeAll(target, "text"), true);
  assert.equal(target.text(), "text");
});

Deno.test("writeAll() tells that the reader has gone", () => {
  assert.equal(writeAll(stream(1, [new Deno.errors.BrokenPipe("gone")]), "text"), false);
});

Deno.test("writeAll() words any other failure for the user", () => {
  assert.throws(() => writeAll(stream(1, [new Error("No space left on device")]), "text"), {
    name: "UserError",
    message: "Cannot write the output: No space left on device",
  });
});

Deno.test("sleep() resolves after its time", async () => {
  const before = performance.now();
  await sleep(5, []);
  assert.ok(performance.now() - before >= 4);
});

Deno.test("sleep() rejects with the reason of the signal that is aborted first, and leaves no timer", async () => {
  const own = new AbortController();
  const whole = new AbortController();
  const asleep = sleep(2 ** 40, [own.signal, undefined, whole.signal]);
  whole.abort(new Error("stopped"));
  own.abort(new Error("too late"));
  await assert.rejects(asleep, { message: "stopped" });
});

Deno.test("sleep() rejects at once when the signal is aborted already", async () => {
  await assert.rejects(sleep(60_000, [undefined, AbortSignal.abort(new Error("before"))]), { message: "before" });
});

Deno.test("denoSystem() ends its sleeps with the process's own signal", async () => {
  const ending = new AbortController();
  const system = denoSystem({ home: "/home/me", cwd: "/tmp", env: {}, host: "h", user: "u" }, {
    signal: ending.signal,
  });
  const asleep = system.sleep(60_000);
  ending.abort(new Error("SIGTERM"));
  await assert.rejects(asleep, { message: "SIGTERM" });
});

Deno.test("denoSystem() gives chances in [0, 1) and the place it was made for", () => {
  const system = denoSystem({ home: "/home/me", cwd: "/tmp", env: { TERM: "xterm" }, host: "h", user: "u" });
  const chances = Array.from({ length: 100 }, () => system.random());
  assert.ok(chances.every((chance) => chance >= 0 && chance < 1));
  assert.ok(new Set(chances).size > 90);
  assert.deepEqual([system.home, system.cwd, system.env], ["/home/me", "/tmp", { TERM: "xterm" }]);
});

Deno.test("columnsOf() is 80 without a terminal, and for one that does not know its width", () => {
  assert.equal(columnsOf(() => ({ columns: 132 })), 132);
  assert.equal(columnsOf(() => ({ columns: 0 })), 80);
  assert.equal(
    columnsOf(() => {
      throw new Error("not a terminal");
    }),
    80,
  );
});
