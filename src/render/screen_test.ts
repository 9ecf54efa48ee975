// Tests of when there is colour, and how wide the screen is.
import assert from "node:assert/strict";
import type { System } from "../system/system.ts";
import { paint, screenOf } from "./screen.ts";

function system(env: Record<string, string>, outIsTerminal: boolean): System {
  return {
    now: () => 1000,
    sleep: () => Promise.resolve(),
    run: () => Promise.reject(new Error("no program was expected")),
    random: () => 0,
    home: "/home/me",
    cwd: "/",
    env,
    host: "here",
    user: "me",
    os: "linux",
    terminal: { out() {}, err() {}, outIsTerminal, errIsTerminal: true, columns: 100 },
  };
}

const ROWS: Array<[string, Record<string, string>, boolean, boolean]> = [
  ["a terminal", { TERM: "xterm" }, true, true],
  ["a terminal of unknown kind", {}, true, true],
  ["a pipe", { TERM: "xterm" }, false, false],
  ["NO_COLOR", { TERM: "xterm", NO_COLOR: "1" }, true, false],
  ["an empty NO_COLOR, which means nothing", { TERM: "xterm", NO_COLOR: "" }, true, true],
  ["a dumb terminal", { TERM: "dumb" }, true, false],
];

for (const [what, env, outIsTerminal, colour] of ROWS) {
  Deno.test(`screenOf() has ${colour ? "" : "no "}colour for ${what}`, () => {
    const screen = screenOf(system(env, outIsTerminal));
    assert.deepEqual(screen, { columns: outIsTerminal ? 100 : Infinity, colour, now: 1000, home: "/home/me" });
  });
}

Deno.test("paint() leaves text alone without colour, and nothing empty behind", () => {
  const screen = { columns: 80, colour: true, now: 0, home: "/" };
  assert.equal(paint(screen, "red", "text"), "\x1b[31mtext\x1b[0m");
  assert.equal(paint(screen, undefined, "text"), "text");
  assert.equal(paint(screen, "red", ""), "");
  assert.equal(paint({ ...screen, colour: false }, "red", "text"), "text");
});
