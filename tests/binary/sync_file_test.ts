// `sync` and credentials files that are none, lead nowhere, or are read in two ways: it ends, says why, and harms nobody.
import assert from "node:assert/strict";
import { assertClean, makeScene, said } from "./support/scene.ts";

const FILE = ".aws/credentials";
const OLD_KEYS = "aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = by-hand-secret\n";

Deno.test("check, status and sync end and name the file when the credentials file is a pipe nobody writes into", async () => {
  await using scene = await makeScene({ session: { accessTokenLeftS: 3600 } });
  const { home } = scene;
  await new Deno.Command("mkfifo", { args: [home.file(FILE)] }).output();
  for (const args of [["check", "--no-notify"], ["status"], ["sync", "-p", "dev"]]) {
    const ended = await home.run(args);
    assert.equal(ended.code, 1, said(ended));
    assert.match(ended.out, /Cannot read .*no ?ordinary ?file\n {2}→ .*\/\.aws\/credentials"/i);
  }
});

Deno.test("sync makes the target of a link to nothing, and names the one that it may not make", async () => {
  await using scene = await makeScene();
  const { home } = scene;
  Deno.symlinkSync(home.file(".aws/new/credentials"), home.file(FILE));
  const made = await home.run(["sync", "-p", "dev"]);
  assert.equal(made.code, 0, said(made));
  assert.match(home.read(".aws/new/credentials"), /^\[dev-legacy-sso\]\naws_access_key_id = ASIA/);
  Deno.removeSync(home.file(FILE));
  Deno.symlinkSync("/nonexistent/credentials", home.file(FILE));
  const refused = await home.run(["sync", "-p", "dev"]);
  assert.equal(refused.code, 1, said(refused));
  assert.match(refused.out, /\(a link to "\/nonexistent\/credentials"\): the target lies outside the folders/);
  assertClean(scene, [made, refused]);
});

Deno.test("sync keeps the mode of the file", async () => {
  for (const mode of [0o600, 0o640, 0o644]) {
    await using scene = await makeScene({ session: { accessTokenLeftS: 3600 } });
    const { home } = scene;
    home.write(FILE, `[ci]\n${OLD_KEYS}`);
    Deno.chmodSync(home.file(FILE), mode);
    const ended = await home.run(["sync", "-p", "dev"]);
    assert.equal(ended.code, 0, said(ended));
    assert.equal(Deno.statSync(home.file(FILE)).mode! & 0o777, mode);
    assertClean(scene, [ended]);
  }
});

Deno.test("sync leaves a file alone in which its keys would be those of another profile for some clients", async () => {
  await using scene = await makeScene({ session: { accessTokenLeftS: 3600 } });
  const { home } = scene;
  const rows: [before: string, line: number][] = [
    [`[default]\n${OLD_KEYS}[dev-legacy-sso] of the old build\n`, 4],
    [`\u0085[dev-legacy-sso]\n[default]\n${OLD_KEYS}`, 1],
    [`[dev-legacy-sso]\n  region =\n  x_sso_heal_expiration = 2020-01-01T00:00:00Z\n`, 2],
    [`[default]\r${OLD_KEYS.replaceAll("\n", "\r")}`, 1],
  ];
  for (const [before, line] of rows) {
    home.write(FILE, before);
    const ended = await home.run(["sync", "-p", "dev"]);
    assert.equal(ended.code, 1, said(ended));
    assert.ok(ended.out.includes(`~/${FILE}:${line}: Cannot write profile "dev-legacy-sso"`), said(ended));
    assert.equal(home.read(FILE), before);
    assertClean(scene, [ended]);
  }
});

Deno.test("sync --force takes away the account of the old keys, which clients would believe", async () => {
  await using scene = await makeScene();
  const { home } = scene;
  home.write(FILE, `[ci]\n${OLD_KEYS}aws_account_id = 999999999999\nrole_session_name = kept\n`);
  const ended = await home.run(["sync", "-p", "dev", "-o", "ci", "--force"]);
  assert.equal(ended.code, 0, said(ended));
  assert.doesNotMatch(home.read(FILE), /account_id/);
  assert.match(home.read(FILE), /role_session_name = kept/);
  assertClean(scene, [ended]);
});
