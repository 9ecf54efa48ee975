// Proves the places that people, service units and other tools know.
import assert from "node:assert/strict";
import {
  alertLockPath,
  awsPaths,
  configPaths,
  loginLockPath,
  sessionLockPath,
  sessionRecordPath,
  statePaths,
} from "./paths.ts";

Deno.test("statePaths(), awsPaths() and configPaths() stay in the three granted folders of the home", () => {
  const granted: [paths: object, folder: string][] = [
    [statePaths("/home/u"), "/home/u/.local/state/sso-heal"],
    [awsPaths("/home/u"), "/home/u/.aws"],
    [configPaths("/home/u"), "/home/u/.config/sso-heal"],
  ];
  for (const [paths, folder] of granted) {
    for (const path of Object.values(paths)) assert.ok(path === folder || path.startsWith(`${folder}/`), path);
  }
  assert.equal(statePaths("/home/u").heartbeat, "/home/u/.local/state/sso-heal/heartbeat");
  assert.equal(awsPaths("/home/u").ssoCache, "/home/u/.aws/sso/cache");
  assert.equal(configPaths("/home/u").file, "/home/u/.config/sso-heal/config.ini");
});

Deno.test("sessionRecordPath() is the SHA-1 of the name, so that a URL or any other name is a file name", () => {
  const sessions = "/home/u/.local/state/sso-heal/sessions";
  assert.equal(sessionRecordPath("/home/u", "corp"), `${sessions}/ee0bfd2552fbd840c02cc48b6e823320543c450f.json`);
  assert.equal(sessionRecordPath("/home/u", "dév"), `${sessions}/5e8b63eeb2045e416ee729a90c81b9615854b244.json`);
  assert.match(sessionRecordPath("/home/u", "../../etc/x"), /\/sessions\/[0-9a-f]{40}\.json$/);
});

Deno.test("lock paths differ by session and purpose and lie outside the AWS folders", () => {
  const locks = [
    alertLockPath("/h"),
    sessionLockPath("/h", "a"),
    sessionLockPath("/h", "b"),
    loginLockPath("/h", "a"),
    loginLockPath("/h", "b"),
  ];
  assert.equal(new Set(locks).size, locks.length);
  for (const lock of locks) assert.ok(lock.startsWith("/h/.local/state/sso-heal/locks/"), lock);
});
