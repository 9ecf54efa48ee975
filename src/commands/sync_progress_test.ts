// Proves where the line of progress is drawn, how often, and that it is taken away.
import assert from "node:assert/strict";
import { fakeSystem } from "../../tests/support/fake_system.ts";
import { progressLine } from "./sync_progress.ts";

Deno.test("progressLine() draws over itself on a terminal, not at every step, and clears its line", async () => {
  await using system = await fakeSystem();
  const terminal = { ...system.terminal, errIsTerminal: true };
  const line = progressLine({ ...system, terminal });
  assert.ok(line);
  for (let done = 0; done <= 100; done++) {
    line.draw({ done, failed: 0, total: 100 });
    system.clock += 20;
  }
  line.clear();
  const drawn = system.printed.err.split("\r").slice(1);
  assert.equal(drawn.length, 17, "every 100 ms from half a second on, and once to clear");
  assert.ok(drawn.slice(0, -1).every((text) => text.endsWith("\x1b[J") && !text.includes("\n")));
  assert.equal(drawn.at(-1), "\x1b[J");
  assert.equal(system.printed.out, "");
});

Deno.test("progressLine() draws nothing for what is over soon, and is not there without a terminal", async () => {
  await using system = await fakeSystem({ TERM: "dumb" });
  assert.equal(progressLine(system), undefined);
  assert.equal(progressLine({ ...system, terminal: { ...system.terminal, errIsTerminal: true } }), undefined);
  const line = progressLine({ ...system, env: {}, terminal: { ...system.terminal, errIsTerminal: true } });
  line?.draw({ done: 1, failed: 0, total: 1 });
  line?.clear();
  assert.equal(system.printed.err, "");
});

Deno.test("progressLine() goes back to where its line began when the terminal was made narrower", async () => {
  await using system = await fakeSystem();
  const terminal = { ...system.terminal, errIsTerminal: true, columns: 80 };
  const line = progressLine({ ...system, terminal });
  const draw = (columns: number) => {
    terminal.columns = columns;
    system.clock += 1000;
    const before = system.printed.err.length;
    line?.draw({ done: 50, failed: 3, total: 100 });
    return system.printed.err.slice(before);
  };
  assert.ok(draw(80).startsWith("\r["));
  assert.ok(draw(20).startsWith("\r\x1b[2A["), "a line of 50 cells stands in three rows of 20");
  assert.ok(draw(20).startsWith("\r["));
  draw(80);
  terminal.columns = 30;
  line?.clear();
  assert.ok(system.printed.err.endsWith("\r\x1b[1A\x1b[J"));
});
