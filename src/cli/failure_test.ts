// Tests of how failures are worded, and of what they must never show.
import assert from "node:assert/strict";
import { UserError } from "../domain/problem.ts";
import { Secret } from "../domain/secret.ts";
import { describeFailure } from "./failure.ts";
import { OutputClosed } from "./stop.ts";

Deno.test("describeFailure() shows a UserError with its ways out and its exit code", () => {
  const error = new UserError('Cannot refresh "prod": sign-in has ended', ["run: sso-heal login --session prod"], 4);
  assert.deepEqual(describeFailure(error), {
    text: 'sso-heal: Cannot refresh "prod": sign-in has ended\n  → run: sso-heal login --session prod\n',
    exitCode: 4,
  });
});

Deno.test("describeFailure() calls anything unexpected a bug, on one line and without a stack", () => {
  const { text, exitCode } = describeFailure(new TypeError("x is undefined"));
  assert.equal(exitCode, 1);
  assert.match(text, /^sso-heal: Unexpected failure: x is undefined\n {2}→ this is a bug in sso-heal/);
  assert.doesNotMatch(text, /failure_test/);
  assert.match(describeFailure("a string").text, /^sso-heal: Unexpected failure: a string\n/);
});

Deno.test("describeFailure() shows the stack for debugging", () => {
  assert.match(describeFailure(new TypeError("x"), true).text, /\n {4}at .*failure_test\.ts/);
});

Deno.test("describeFailure() names a path outside the sandbox and both ways out", () => {
  const error = new Deno.errors.NotCapable(
    'Requires read access to "/srv/aws/config", run again with the --allow-read flag',
  );
  assert.deepEqual(describeFailure(error), {
    text: 'sso-heal: Cannot read "/srv/aws/config": it is outside ~/.aws, ~/.config/sso-heal and ' +
      "~/.local/state/sso-heal, the folders that this binary may touch\n" +
      "  → link the folder into one of them (ln -s /srv/aws ~/.aws/linked) and name the file by that way\n" +
      "  → or add the folder to src/sandbox/permissions.ts and build sso-heal again\n",
    exitCode: 1,
  });
});

Deno.test("describeFailure() knows the words of this Deno for a path outside the sandbox", async () => {
  const code = "try { Deno.readTextFileSync('/etc/hostname') } catch (error) { console.log(error.message) }";
  const script = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(script, code);
    const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["run", "--no-prompt", "--no-config", script] })
      .output();
    const message = new TextDecoder().decode(stdout);
    const { text } = describeFailure(new Deno.errors.NotCapable(message));
    assert.match(text, /^sso-heal: Cannot read "\/etc\/hostname": it is outside/);
  } finally {
    await Deno.remove(script);
  }
});

Deno.test("describeFailure() calls other access outside the sandbox a bug", () => {
  const error = new Deno.errors.NotCapable('Requires net access to "a:1", run again with the --allow-net flag');
  assert.match(
    describeFailure(error).text,
    /^sso-heal: Not permitted: Requires net access to "a:1"\n {2}→ this is a bug/,
  );
});

Deno.test("describeFailure() does not call a refusal of the operating system a bug", async () => {
  const error = await Deno.readTextFile("/no/such/file").catch((error) => error);
  assert.deepEqual(describeFailure(error), {
    text: `sso-heal: ${error.message}\n`,
    exitCode: 1,
  });
});

Deno.test("describeFailure() is silent when nobody reads the output any more", () => {
  assert.deepEqual(describeFailure(new OutputClosed(), true), { text: "", exitCode: 75 });
});

Deno.test("describeFailure() keeps secrets and terminal commands out of foreign words", () => {
  const token = "aoaAAAAAGVfbW9ja190b2tlbl9mb3JfdGVzdHNfb25seV9ub3RfcmVhbA";
  const error = new UserError(`\x1b[2Jrefused ${token}\nsso-heal: all is well`, [`\x07${new Secret("x")}`]);
  const { text } = describeFailure(error, true);
  assert.doesNotMatch(text.replaceAll("\n", ""), /\p{Cc}/u);
  assert.doesNotMatch(text, /aoaAAAA|^sso-heal: all is well/m);
  assert.match(text, /\[redacted\]/);
});
