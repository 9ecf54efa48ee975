// Proves what sendmail gets.
import assert from "node:assert/strict";
import { mailOf } from "./mime.ts";
import { LOGIN_NEEDED } from "./samples_test.ts";
import { sendmailJob } from "./sendmail.ts";

Deno.test("sendmailJob() hands over the mail with the lines of Unix, and nothing as an argument", async () => {
  const who = { from: "ci@buildhost", to: ["ops@example.com"] };
  const delivery = { id: "d-1", message: LOGIN_NEEDED };
  const job = await sendmailJob({ type: "sendmail", path: "/usr/sbin/sendmail", ...who }, delivery);
  assert.deepEqual([job.path, job.args], ["/usr/sbin/sendmail", ["-t", "-i"]]);
  assert.equal(job.stdin?.replaceAll("\n", "\r\n"), (await mailOf(who, delivery)).content);
});
