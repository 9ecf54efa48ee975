// Proves what a person who stops `export` still waits for.
import assert from "node:assert/strict";
import type { Connection } from "../heal/context.ts";
import type { CommandContext } from "./command.ts";
import { endingAtOnce } from "./export_stop.ts";

/** A connection whose calls are answered by `answer()`, and a person who presses Ctrl-C by `stop()`. */
async function connected() {
  const answers: (() => void)[] = [];
  const person = new AbortController();
  const connection = {
    clockOffsetMs: 7,
    call: (operation: string) => new Promise((resolve) => answers.push(() => resolve(operation))),
    close: () => void answers.push(() => {}),
  } as unknown as Connection;
  const context = { connect: () => Promise.resolve(connection), stopSignal: () => person.signal };
  const way = await endingAtOnce(context as unknown as CommandContext).connect([], []);
  const call = (operation: Parameters<Connection["call"]>[0]) =>
    (way.call as (operation: string) => Promise<unknown>)(operation);
  return { way, call, answer: () => answers.shift()?.(), stop: () => person.abort(new Error("Stopped")), answers };
}

Deno.test("endingAtOnce() ends a call that is under way, and begins no other", async () => {
  const { call, stop, answers } = await connected();
  const asked = call("GetRoleCredentials");
  stop();
  await assert.rejects(asked, { message: "Stopped" });
  await assert.rejects(call("AssumeRole"), { message: "Stopped" });
  assert.equal(answers.length, 1);
});

Deno.test("endingAtOnce() waits for a token, which can be had only once", async () => {
  const { call, answer, stop } = await connected();
  const asked = call("CreateToken");
  stop();
  answer();
  assert.equal(await asked, "CreateToken");
});

Deno.test("endingAtOnce() changes nothing where nobody stops", async () => {
  const { way, call, answer } = await connected();
  const asked = call("GetRoleCredentials");
  answer();
  assert.equal(await asked, "GetRoleCredentials");
  assert.equal(way.clockOffsetMs, 7);
});
