// Mail by the program of this machine's own mail system.
import { mailOf } from "./mime.ts";
import type { Delivery, SettingsOf } from "./protocol.ts";
import type { Job } from "./run_worker.ts";

/** The same mail as over SMTP. @throws {BadAddress} with words for people. */
export async function sendmailJob(settings: SettingsOf<"sendmail">, delivery: Delivery): Promise<Job> {
  const { content } = await mailOf(settings, delivery);
  // `-t`: the recipients stand in the mail; `-i`: a single dot does not end it. Local mail has the lines of Unix: some
  // sendmails add a second CR.
  return { path: settings.path, args: ["-t", "-i"], stdin: content.replaceAll("\r\n", "\n") };
}
