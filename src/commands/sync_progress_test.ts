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
  assert.ok(drawn.slice(0, -1).every((text) => text.endsWith("\x1b[K") && !text.includes("\n")));
  assert.equal(drawn.at(-1), "\x1b[K");
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
