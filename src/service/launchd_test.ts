// Proves what launchd's manager writes, where, and which commands it shows.
import assert from "node:assert/strict";
import { AGENT, ALICE, DAEMON, JOB } from "../../tests/service/launchctl_script.ts";
import { UserError } from "../domain/problem.ts";
import type { Job } from "../domain/service.ts";
import { launchd } from "./launchd.ts";

const LABEL = "sso-heal.check.alice";

function fileOf(more: Partial<Job> = {}) {
  const files = launchd.unitsOf({ ...JOB, ...more });
  assert.equal(files.length, 1);
  return files[0];
}

Deno.test("unitsOf() puts the text where launchd looks for it, and no secret in it", () => {
  const rows: readonly (readonly [more: Partial<Job>, path: string, mode: number])[] = [
    [{}, `/Library/LaunchDaemons/${LABEL}.plist`, 0o644],
    [{ secretEnv: { HTTPS_PROXY: "http://u:p@proxy" } }, `/Library/LaunchDaemons/${LABEL}.plist`, 0o644],
    [{ scope: "user" }, `/Users/alice/Library/LaunchAgents/${LABEL}.plist`, 0o644],
  ];
  for (const [more, path, mode] of rows) {
    const file = fileOf(more);
    assert.deepEqual([file.path, file.mode], [path, mode]);
    assert.ok(!file.wanted(undefined).includes("u:p"), "launchctl print would show it to everybody");
  }
});

Deno.test("unitsOf() takes its own text for its own, and gives the same one again", () => {
  for (const scope of ["system", "user"] as const) {
    const file = fileOf({ scope, env: { B: "2", A: "1" } });
    const text = file.wanted(undefined);
    assert.equal(file.wanted(text), text);
    assert.equal(fileOf({ scope, env: { A: "1", B: "2" } }).wanted(text), text);
    assert.notEqual(fileOf({ scope, everyMinutes: 20 }).wanted(text), text);
    assert.equal(file.without(text), undefined);
  }
});

Deno.test("unitsOf() neither replaces nor removes somebody else's text", () => {
  const foreign = '<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><dict/></plist>\n';
  const file = fileOf();
  assert.equal(file.without(foreign), foreign);
  assert.throws(() => file.wanted(foreign), (error) => {
    assert(error instanceof UserError);
    assert.equal(error.message, `Cannot write "${file.path}": the file that is there was not written by sso-heal`);
    return true;
  });
});

Deno.test("unitsOf() refuses what no plist can hold, and does not quote it", () => {
  const rows: readonly (readonly [more: Partial<Job>, thing: string])[] = [
    [{ env: { TOKEN: "s3cret\n" } }, "the variable TOKEN"],
    [{ env: { PROXY: "a\u0000b" } }, "the variable PROXY"],
    [{ env: { PROXY: "\ud800" } }, "the variable PROXY"],
    [{ env: { "A\u0007": "x" } }, "the name of a variable"],
    [{ binary: "/opt/\u001b[2J" }, "the path of the binary"],
    [{ account: { ...ALICE, home: "/Users/al\tice" } }, "the home"],
  ];
  for (const [more, thing] of rows) {
    assert.throws(() => fileOf(more).wanted(undefined), (error) => {
      assert(error instanceof UserError, String(error));
      assert.equal(error.message, `Cannot write the launchd job: ${thing} holds a character that no plist can hold`);
      return true;
    });
  }
});

Deno.test("unitsOf() refuses an account whose name has a slash", () => {
  assert.throws(() => fileOf({ account: { ...ALICE, name: "corp/alice" } }), UserError);
});

Deno.test("commands() shows what is run, fit for pasting", () => {
  const account = { ...ALICE, home: "/Users/Alice Smith" };
  assert.deepEqual(launchd.commands("activate", { ...AGENT, account }), [
    `launchctl enable gui/501/${LABEL}`,
    `launchctl bootout gui/501/${LABEL}`,
    `launchctl bootstrap gui/501 '/Users/Alice Smith/Library/LaunchAgents/${LABEL}.plist'`,
    `launchctl print gui/501/${LABEL}`,
  ]);
  assert.deepEqual(launchd.commands("activate", { ...DAEMON, asRoot: false }), [
    `sudo launchctl enable system/${LABEL}`,
    `sudo launchctl bootout system/${LABEL}`,
    `sudo launchctl bootstrap system /Library/LaunchDaemons/${LABEL}.plist`,
    `sudo launchctl print system/${LABEL}`,
  ]);
  assert.deepEqual(launchd.commands("deactivate", DAEMON), [`launchctl bootout system/${LABEL}`]);
  assert.deepEqual(launchd.commands("deactivate", AGENT), [
    `launchctl bootout gui/501/${LABEL}`,
    `launchctl bootout user/501/${LABEL}`,
  ]);
});
