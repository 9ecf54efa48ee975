// Proves that a check which waits for approval does not stop before somebody has approved, whatever ends meanwhile.
import assert from "node:assert/strict";
import { FakeAws, linkNo, NEW_CLIENT, STILL_WAITING } from "../../tests/support/fake_aws.ts";
import { fakeSystem, MINUTE, START } from "../../tests/support/fake_system.ts";
import { FakeTeller } from "../../tests/support/fake_teller.ts";
import { holdLock } from "../../tests/support/held_lock.ts";
import { approve, check, checkInShort } from "../../tests/support/heal_run.ts";
import { pendingLogin, pendingOf, writeChannels, writeLostSession } from "../../tests/support/session_home.ts";
import type { CallFailure } from "../domain/classify.ts";
import { loginLockPath } from "../store/paths.ts";
import { savePendingLogin } from "../store/pending_login.ts";

const TIMED_OUT: CallFailure = { kind: "timeout", code: "Timeout", message: "no answer in time" };
const LOGGED_IN = "corp healthy logged-in healthy";

Deno.test("runCheck() opens the next link at once when one runs out while AWS answers", async () => {
  for (const answer of [STILL_WAITING, TIMED_OUT]) {
    await using system = await fakeSystem();
    using aws = new FakeAws().on("RegisterClient", NEW_CLIENT);
    using teller = aws.teller = new FakeTeller("ops");
    writeChannels(system, ["ops"]);
    for (const number of [1, 2]) {
      aws.on("StartDeviceAuthorization", { ...linkNo(number), expiresInS: 60, intervalS: 50 });
    }
    await writeLostSession(system, "corp");
    aws.on("CreateToken", () => {
      system.clock += 10_000;
      return answer;
    }, "device-code-1");
    const report = await check(system, approve(aws, "device-code-2"), { waitApprovalMs: 9 * MINUTE });
    assert.deepEqual([checkInShort(report)[1], system.clock], [LOGGED_IN, START + 110_000], answer.code);
    assert.deepEqual(teller.said.slice(0, 2), ["ops login-needed ABCD-EFG1", "ops edit login-needed ABCD-EFG2"]);
  }
});

Deno.test("runCheck() goes on with the link that another process is just opening, and leaves", async () => {
  await using system = await fakeSystem();
  using aws = new FakeAws();
  await writeLostSession(system, "corp");
  await using lock = await holdLock(system, loginLockPath(system.home, "corp"));
  system.duringSleep = async () => {
    if (system.clock < START + 3_000 || pendingOf(system, "corp") !== undefined) return;
    await savePendingLogin(system.home, pendingLogin("corp", { nextPollAt: START + 8_000 }));
    lock.release();
  };
  const report = await check(system, approve(aws, "pending-device-code"), { waitApprovalMs: 9 * MINUTE });
  assert.deepEqual([checkInShort(report)[1], system.clock], [LOGGED_IN, START + 8_000]);
});
