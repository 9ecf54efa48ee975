// Proves that a refresh loses no token: what it stores, what it adopts, and what it never overwrites.
import assert from "node:assert/strict";
import { FakeAws, OFFLINE, refusal } from "../../tests/support/fake_aws.ts";
import { DAY, type FakeSystem, fakeSystem, HOUR, MINUTE, START } from "../../tests/support/fake_system.ts";
import { REFRESH_AHEAD_MS, runOf, viewOf } from "../../tests/support/heal_run.ts";
import {
  freshToken,
  recordOf,
  remember,
  sessionNamed,
  storedToken,
  tokenOf,
  writeToken,
} from "../../tests/support/session_home.ts";
import { modeOf } from "../../tests/support/temporary_home.ts";
import { tokenPath } from "../aws/token_cache.ts";
import { Secret } from "../domain/secret.ts";
import { awsPaths } from "../store/paths.ts";
import { fingerprintOf } from "../store/session_record.ts";
import { listTemporary } from "../store/temporary.ts";
import { refresh, type Refreshed } from "./refresh.ts";

const CORP = sessionNamed("corp");
const OPTIONS = { refreshAheadMs: REFRESH_AHEAD_MS, force: false };

/** Looks and refreshes, as a check does; `between` happens after the look. */
async function lookAndRefresh(system: FakeSystem, aws: FakeAws, between = () => {}): Promise<Refreshed> {
  const seen = await viewOf(system, CORP, true);
  between();
  return await refresh(runOf(system, aws), seen, OPTIONS);
}

const present = (system: FakeSystem) => {
  const { accessToken, refreshToken } = storedToken(system, "corp") ?? {};
  return [accessToken, refreshToken];
};

const leftovers = ({ home }: FakeSystem) => listTemporary(awsPaths(home).ssoCache);

Deno.test("refresh() stores what AWS gives, and keeps everything else of the file", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", freshToken(2));
  const before = { ...JSON.parse(new TextDecoder().decode(tokenBytes(MINUTE))), extra: { kept: "é" } };
  system.write(`.aws/sso/cache/${tokenPath("", CORP).split("/").at(-1)}`, JSON.stringify(before));

  const { action, view, error } = await lookAndRefresh(system, aws);

  assert.deepEqual([action, error, view.decision.state], ["refreshed", undefined, "healthy"]);
  assert.deepEqual(storedToken(system, "corp"), {
    ...before,
    accessToken: "access-2",
    refreshToken: "refresh-2",
    expiresAt: "2026-11-20T11:00:00Z",
  });
  assert.equal(modeOf(tokenPath(system.home, CORP)), "0600");
  assert.deepEqual(leftovers(system), []);
  assert.deepEqual(aws.calls.map(({ target, input }) => [target, input]), [[
    { region: "us-east-1", endpoint: "https://oidc.us-east-1.amazonaws.com" },
    { clientId: "client-corp", clientSecret: "client-secret-corp", refreshToken: "refresh-1" },
  ]]);
});

function tokenBytes(leftMs: number): Uint8Array {
  const { accessToken, refreshToken, clientSecret, ...token } = tokenOf("corp", leftMs);
  return new TextEncoder().encode(JSON.stringify({
    ...token,
    accessToken: accessToken.reveal(),
    refreshToken: refreshToken?.reveal(),
    clientSecret: clientSecret?.reveal(),
    expiresAt: new Date(token.expiresAt).toISOString(),
    registrationExpiresAt: "2027-02-08T10:00:00Z",
  }));
}

Deno.test("refresh() remembers the new generation and its life, and forgets all failures", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", freshToken(2, { expiresInS: 900 }));
  const old = tokenOf("corp", MINUTE);
  writeToken(system, "corp", old);
  await remember(system, "corp", {
    usedAt: START - DAY,
    token: { fingerprint: fingerprintOf(old), lifeMs: HOUR },
    retryAt: START - 1,
    failures: 4,
    failingSince: START - HOUR,
    lastError: { code: "Timeout", message: "no answer in time" },
  });

  const { view } = await lookAndRefresh(system, aws);

  const fingerprint = fingerprintOf(tokenOf("corp", 0, {}, 2));
  assert.deepEqual(recordOf(system, "corp"), {
    name: "corp",
    usedAt: START - DAY,
    token: { fingerprint, issuedAt: START, lifeMs: 15 * MINUTE },
    lastRefreshAt: START,
  });
  assert.equal(view.refreshAheadMs, 7.5 * MINUTE);
});

Deno.test("refresh() keeps the old refresh token when AWS gives none", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", freshToken(2, { refreshToken: undefined }));
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  assert.equal((await lookAndRefresh(system, aws)).action, "refreshed");
  assert.deepEqual(present(system), ["access-2", "refresh-1"]);
});

Deno.test("refresh() adopts what another process stored after the look, and asks AWS for nothing", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  const { action, view } = await lookAndRefresh(
    system,
    aws,
    () => writeToken(system, "corp", tokenOf("corp", HOUR, {}, 7)),
  );
  assert.deepEqual([action, view.decision.state], ["adopted", "healthy"]);
  assert.deepEqual(present(system), ["access-7", "refresh-7"]);
  assert.equal(recordOf(system, "corp").token?.fingerprint, fingerprintOf(tokenOf("corp", 0, {}, 7)));
});

Deno.test("refresh() goes on from what another process stored if that is due itself", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", freshToken(8), "refresh-7");
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  const between = () => writeToken(system, "corp", tokenOf("corp", 2 * MINUTE, {}, 7));
  assert.equal((await lookAndRefresh(system, aws, between)).action, "refreshed");
  assert.deepEqual(present(system), ["access-8", "refresh-8"]);
});

Deno.test("refresh() asks nothing when a logout has removed the file after the look", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  const { action, view } = await lookAndRefresh(system, aws, () => Deno.removeSync(tokenPath(system.home, CORP)));
  assert.deepEqual([action, view.decision.state], ["failed", "needs-login"]);
  assert.equal(storedToken(system, "corp"), undefined);
});

Deno.test("refresh() asks nothing when another process was refused or told to wait after the look", async () => {
  const token = tokenOf("corp", MINUTE);
  const fingerprint = fingerprintOf(token);
  const rows = [
    [{ refused: { fingerprint, code: "InvalidGrantException" } }, "needs-login"],
    [{ retryAt: START + MINUTE, failures: 1, lastError: { code: "Timeout", message: "no answer" } }, "refresh-due"],
  ] as const;
  for (const [noted, state] of rows) {
    await using system = await fakeSystem();
    using aws = new FakeAws();
    writeToken(system, "corp", token);
    const seen = await viewOf(system, CORP);
    await remember(system, "corp", { token: { fingerprint }, ...noted });
    const { action, view } = await refresh(runOf(system, aws), seen, OPTIONS);
    assert.deepEqual([action, view.decision.state], ["failed", state]);
    assert.deepEqual(present(system), ["access-1", "refresh-1"]);
  }
});

Deno.test("refresh() by force asks also before retryAt", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", freshToken(2));
  const token = tokenOf("corp", MINUTE);
  writeToken(system, "corp", token);
  await remember(system, "corp", { token: { fingerprint: fingerprintOf(token) }, retryAt: START + HOUR });
  const seen = await viewOf(system, CORP, true);
  assert.equal((await refresh(runOf(system, aws), seen, { ...OPTIONS, force: true })).action, "refreshed");
});

Deno.test("refresh() adopts after a refusal what another process stored meanwhile", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", () => {
    writeToken(system, "corp", tokenOf("corp", HOUR, {}, 7));
    return refusal("InvalidGrantException");
  });
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  const { action, view, error } = await lookAndRefresh(system, aws);
  assert.deepEqual([action, view.decision.state, error], ["adopted", "healthy", undefined]);
  assert.equal(recordOf(system, "corp").refused, undefined);
  assert.deepEqual(present(system), ["access-7", "refresh-7"]);
});

Deno.test("refresh() adopts after a refusal what the winner of the race stores a moment later", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", refusal("InvalidGrantException"));
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  system.duringSleep = () => writeToken(system, "corp", tokenOf("corp", HOUR, {}, 7));
  assert.equal((await lookAndRefresh(system, aws)).action, "adopted");
  assert.equal(recordOf(system, "corp").refused, undefined);
});

Deno.test("refresh() adopts between two tries what another process stored", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", () => {
    writeToken(system, "corp", tokenOf("corp", HOUR, {}, 7));
    return OFFLINE;
  });
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  assert.equal((await lookAndRefresh(system, aws)).action, "adopted");
  assert.deepEqual(present(system), ["access-7", "refresh-7"]);
});

Deno.test("refresh() gives its answer up for a token that lives as long or longer", async () => {
  for (const leftMs of [HOUR, 8 * HOUR]) {
    await using system = await fakeSystem();
    using aws = new FakeAws().on("CreateToken", () => {
      writeToken(system, "corp", tokenOf("corp", leftMs, {}, 7));
      return freshToken(2);
    });
    writeToken(system, "corp", tokenOf("corp", MINUTE));
    assert.equal((await lookAndRefresh(system, aws)).action, "adopted");
    assert.deepEqual(present(system), ["access-7", "refresh-7"]);
    assert.deepEqual(leftovers(system), []);
  }
});

Deno.test("refresh() gives its answer up for a login during the call, although that ends earlier", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", () => {
    writeToken(system, "corp", tokenOf("corp", 59 * MINUTE, { clientId: "another client" }, 7));
    return freshToken(2);
  });
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  assert.equal((await lookAndRefresh(system, aws)).action, "adopted");
  assert.deepEqual(present(system), ["access-7", "refresh-7"]);
});

Deno.test("refresh() prefers its answer to another token that ends earlier", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", () => {
    writeToken(system, "corp", tokenOf("corp", 2 * MINUTE, {}, 7));
    return freshToken(2);
  });
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  assert.equal((await lookAndRefresh(system, aws)).action, "refreshed");
  assert.deepEqual(present(system), ["access-2", "refresh-2"]);
});

Deno.test("refresh() does not bring back what a logout has ended during the call", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", () => {
    Deno.removeSync(tokenPath(system.home, CORP));
    return freshToken(2);
  });
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  const { action, view } = await lookAndRefresh(system, aws);
  assert.deepEqual([action, view.decision.state], ["failed", "needs-login"]);
  assert.equal(storedToken(system, "corp"), undefined);
  assert.deepEqual(leftovers(system), []);
});

Deno.test("refresh() replaces a file that another program damaged during the call", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", () => {
    Deno.writeTextFileSync(tokenPath(system.home, CORP), '{"accessToken": "acc');
    return freshToken(2);
  });
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  assert.equal((await lookAndRefresh(system, aws)).action, "refreshed");
  assert.deepEqual(present(system), ["access-2", "refresh-2"]);
});

Deno.test("refresh() does not ask AWS when the answer has no place", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  writeToken(system, "corp", tokenOf("corp", MINUTE));
  const path = tokenPath(system.home, CORP);
  // A link into a folder whose path is so long that no other name fits in: that stops root, too.
  const longest = Deno.build.os === "linux" ? 4080 : 1008;
  const folder = (system.home + `/${"d".repeat(99)}`.repeat(41)).slice(0, longest).replace(/\/$/, "d");
  Deno.mkdirSync(folder, { recursive: true });
  const target = `${folder}/t`;
  Deno.renameSync(path, target);
  Deno.symlinkSync(target, path);

  const seen = await viewOf(system, CORP);
  await assert.rejects(refresh(runOf(system, aws), seen, OPTIONS), /UserError: Cannot write/);
  assert.deepEqual([aws.calls, present(system)], [[], ["access-1", "refresh-1"]]);
});

Deno.test("refresh() tells nobody the secrets", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("CreateToken", freshToken(2));
  writeToken(system, "corp", tokenOf("corp", MINUTE, { accessToken: new Secret("s3cret") }));
  const refreshed = await lookAndRefresh(system, aws);
  const said = JSON.stringify([system.logged, refreshed, recordOf(system, "corp")]);
  for (const secret of ["s3cret", "refresh-1", "access-2", "refresh-2", "client-secret"]) {
    assert.ok(!said.includes(secret), secret);
  }
  assert.equal(system.logged.length, 1);
});
