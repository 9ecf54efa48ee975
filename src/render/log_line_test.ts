// Tests of log lines for people: short, safe, and by the local clock.
import assert from "node:assert/strict";
import { formatLogLine } from "./log_line.ts";
import type { Screen } from "./screen.ts";

const PLAIN: Screen = { columns: 80, colour: false, now: 0, home: "/home/alice" };

/** The local time that stands for 10 o'clock UTC on the machine of the test. */
const TEN = formatLogLine(JSON.stringify({ at: "2026-11-20T10:00:00Z", level: "info", message: "" }), PLAIN).slice(
  0,
  19,
);

const ROWS: readonly (readonly [what: string, line: string, shown: string])[] = [
  [
    "time, level and message, and no process id",
    `{"at":"2026-11-20T10:00:00Z","level":"info","pid":7,"message":"check: healthy"}`,
    `${TEN}  info     check: healthy`,
  ],
  [
    "facts, quoted where they are more than a word",
    `{"at":"2026-11-20T10:00:00Z","level":"warning","message":"m","session":"corp","why":"a b","n":[1,{"x":null}],"e":""}`,
    `${TEN}  warning  m  session=corp  why="a b"  n=[1,{"x":null}]  e=""`,
  ],
  [
    "no foreign control characters",
    `{"at":"2026-11-20T10:00:00Z","level":"error","message":"a\\u001b[2Jb\\u202ec","s":"\\u009b2J","t":"x\\ny"}`,
    `${TEN}  error    a[2Jbc  s=2J  t="x\\ny"`,
  ],
  ["a line that was cut off as it is", `{"at":"2026-11-2\u001b`, `{"at":"2026-11-2`],
  ["JSON of somebody else as it is", `[1]`, `[1]`],
  ["a line without a level as it is", `{"at":"x","message":"m"}`, `{"at":"x","message":"m"}`],
  ["a time that is none as it is", `{"at":"noon","level":"info","message":"m"}`, `noon  info     m`],
];

for (const [what, line, shown] of ROWS) {
  Deno.test(`formatLogLine() shows ${what}`, () => assert.equal(formatLogLine(line, PLAIN), `${shown}\n`));
}

Deno.test("formatLogLine() goes by the local clock", () => {
  const now = new Date("2026-11-20T10:00:00Z");
  assert.match(TEN, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  assert.equal(new Date(TEN.replace(" ", "T")).getTime(), now.getTime());
});

Deno.test("formatLogLine() paints what went wrong, where there is colour", () => {
  const line = JSON.stringify({ at: "x", level: "error", message: "m", a: 1 });
  assert.equal(formatLogLine(line, { ...PLAIN, colour: true }), "x  \x1b[31merror  \x1b[0m  m\x1b[2m  a=1\x1b[0m\n");
});
