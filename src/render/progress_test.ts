// Proves the line of progress: how it grows, and that it fits the terminal.
import assert from "node:assert/strict";
import { formatProgress } from "./progress.ts";

const ROWS: readonly (readonly [done: number, failed: number, elapsedMs: number, columns: number, line: string])[] = [
  [0, 0, 0, 80, "[····················]     0/1200"],
  [300, 0, 16_000, 80, "[#####···············]   300/1200  48 s left"],
  [600, 2, 90_500, 80, "[##########··········]   600/1200  1 min left  2 failed"],
  [1200, 0, 64_000, 80, "[####################]  1200/1200  0 s left"],
  [300, 0, 16_000, 30, "[#####···············]   300…"],
];

for (const [done, failed, elapsedMs, columns, line] of ROWS) {
  Deno.test(`formatProgress() shows ${done} of 1200 in ${columns} columns`, () => {
    assert.equal(formatProgress({ done, failed, total: 1200, elapsedMs }, columns), line);
  });
}
