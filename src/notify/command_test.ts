// Proves what a program of the user gets.
import assert from "node:assert/strict";
import { commandJob } from "./command.ts";
import { jsonBody } from "./json_body.ts";
import { LOGIN_NEEDED } from "./samples_test.ts";

Deno.test("commandJob() runs the words of the config, with the message on standard input only", () => {
  const run = ["/usr/local/bin/alert", "--quiet", "$HOME"];
  assert.deepEqual(commandJob({ type: "command", run }, { id: "d-1", message: LOGIN_NEEDED }), {
    path: "/usr/local/bin/alert",
    args: ["--quiet", "$HOME"],
    stdin: jsonBody(LOGIN_NEEDED),
  });
});
