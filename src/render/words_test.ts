// Tests of words that a person copies, and of times in words.
import assert from "node:assert/strict";
import { ago, counted, faultText, shownPath, validity } from "./words.ts";

Deno.test("shownPath() writes the home as ~, and only whole folders of it", () => {
  assert.equal(shownPath("/home/me/.aws/config", "/home/me"), "~/.aws/config");
  assert.equal(shownPath("/home/meme/x", "/home/me"), "/home/meme/x");
});

Deno.test("faultText() names file and line as far as they are known", () => {
  const screen = { columns: 80, colour: false, now: 0, home: "/home/me" };
  const fault = { code: "X", message: "is wrong", hint: "" };
  assert.equal(faultText(fault, screen), "is wrong");
  assert.equal(faultText({ ...fault, file: "/home/me/x" }, screen), "~/x: is wrong");
  assert.equal(faultText({ ...fault, file: "/home/me/x", line: 7 }, screen), "~/x:7: is wrong");
});

Deno.test("validity() and ago() know both sides of now", () => {
  assert.equal(validity(61_000, 1000), "valid for 1 min");
  assert.equal(validity(1000, 61_000), "ended 1 min ago");
  assert.equal(validity(1000, 1000), "ended 0 s ago");
  assert.equal(ago(1000, 61_000), "1 min ago");
  assert.equal(ago(61_000, 1000), "in 1 min");
});

Deno.test("counted() knows one from many", () => {
  assert.deepEqual([0, 1, 2].map((count) => counted(count, "file")), ["0 files", "1 file", "2 files"]);
});
