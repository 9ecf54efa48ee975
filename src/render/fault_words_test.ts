// Tests of how a fault is named, in words that a person copies.
import assert from "node:assert/strict";
import { faultText, shownPath } from "./fault_words.ts";

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
