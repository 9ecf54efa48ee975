// Proves which registration a link is opened with, and that nothing of the link is lost.
import assert from "node:assert/strict";
import { FakeAws, linkNo, NEW_CLIENT, OFFLINE, refusal } from "../../tests/support/fake_aws.ts";
import { DAY, fakeSystem, START } from "../../tests/support/fake_system.ts";
import { runOf } from "../../tests/support/heal_run.ts";
import { pendingLogin, pendingOf, sessionNamed, writeRegistration } from "../../tests/support/session_home.ts";
import { AwsError } from "../aws/client.ts";
import { savePendingLogin } from "../store/pending_login.ts";
import { openLink } from "./open_link.ts";

const CORP = sessionNamed("corp");

type Row = [sentence: string, more: Parameters<typeof writeRegistration>[2], leastDays: number, reused: boolean];

const ROWS: readonly Row[] = [
  ["uses a registration of the AWS CLI", {}, 1, true],
  ["registers anew when it lives no longer than a warning is given ahead", { expiresAt: START + 6 * DAY }, 7, false],
  ["registers anew when less than a day is left", { expiresAt: START + DAY - 1000 }, 1, false],
  [
    "registers anew instead of using a registration of the browser flow",
    { grantTypes: ["authorization_code", "refresh_token"] },
    1,
    false,
  ],
];

for (const [sentence, more, leastDays, reused] of ROWS) {
  Deno.test(`openLink() ${sentence}`, async () => {
    await using system = await fakeSystem();
    using aws = new FakeAws().link(1, reused);
    const path = writeRegistration(system, CORP, more);
    const pending = await openLink(runOf(system, aws), CORP, leastDays * DAY);
    const client = reused ? "cached-client" : NEW_CLIENT.clientId;
    assert.deepEqual([pending.clientId, JSON.parse(Deno.readTextFileSync(path)).clientId], [client, client]);
    assert.equal(aws.calls.at(-1)?.input.clientId, client);
  });
}

Deno.test("openLink() registers anew, once, when AWS does not know the cached client any more", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("StartDeviceAuthorization", refusal("InvalidClientException", 401), "cached-client")
    .link();
  writeRegistration(system, CORP);
  assert.equal((await openLink(runOf(system, aws), CORP)).clientId, NEW_CLIENT.clientId);
});

Deno.test("openLink() keeps the link with its client, its times and its pace in place of a former one", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().link();
  await savePendingLogin(system.home, pendingLogin("corp"));
  const pending = await openLink(runOf(system, aws), CORP);
  assert.deepEqual(pendingOf(system, "corp"), pending);
  const { userCode, verificationUri, verificationUriComplete } = linkNo(1);
  const { clientSecret, deviceCode, ...plain } = pending;
  assert.deepEqual([clientSecret.reveal(), deviceCode.reveal()], [NEW_CLIENT.clientSecret, linkNo(1).deviceCode]);
  assert.deepEqual(plain, {
    session: "corp",
    startUrl: CORP.startUrl,
    region: CORP.region,
    clientId: NEW_CLIENT.clientId,
    registrationExpiresAt: NEW_CLIENT.expiresAt,
    userCode,
    verificationUri,
    verificationUriComplete,
    startedAt: START,
    expiresAt: START + 600_000,
    intervalMs: 5_000,
    nextPollAt: START + 5_000,
  });
});

Deno.test("openLink() keeps the former link when there is no new one", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().on("RegisterClient", OFFLINE);
  await savePendingLogin(system.home, pendingLogin("corp"));
  await assert.rejects(openLink(runOf(system, aws), CORP), AwsError);
  assert.equal(pendingOf(system, "corp")?.userCode, "WXYZ-WXYZ");
});

Deno.test("openLink() asks for the scope that gives a refresh token where the session names none", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws().link();
  await openLink(runOf(system, aws), { ...CORP, scopes: undefined });
  assert.deepEqual(aws.calls[0].input.scopes, ["sso:account:access"]);
});
