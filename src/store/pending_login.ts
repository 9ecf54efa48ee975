// The pending login of a session, in the state folder: it outlives the process, the job manager and a reboot.
import type { PendingLogin } from "../domain/pending.ts";
import { Secret } from "../domain/secret.ts";
import type { Session } from "../domain/session.ts";
import { writeFileAtomic } from "./atomic_file.ts";
import { amount, type Codec, object, text, time, truth } from "./json_codec.ts";
import { pendingLoginPath } from "./paths.ts";
import { removeFile } from "./remove_file.ts";

const VERSION = 1;

const secret: Codec<Secret> = {
  read(json, path, bad) {
    const read = text.read(json, path, bad);
    return read === undefined ? undefined : new Secret(read);
  },
  write: (value) => value.reveal(),
};

const PENDING = object<PendingLogin>({
  session: text,
  startUrl: text,
  region: text,
  clientId: text,
  clientSecret: secret,
  registrationExpiresAt: time,
  deviceCode: secret,
  userCode: text,
  verificationUri: text,
  verificationUriComplete: text,
  startedAt: time,
  expiresAt: time,
  intervalMs: amount,
  nextPollAt: time,
  answerLost: truth,
}, [
  "session",
  "startUrl",
  "region",
  "clientId",
  "clientSecret",
  "registrationExpiresAt",
  "deviceCode",
  "userCode",
  "verificationUri",
  "verificationUriComplete",
  "startedAt",
  "expiresAt",
  "intervalMs",
  "nextPollAt",
]);

/**
 * Undefined when there is none, or it makes no sense, or the config has another start URL or region since: then a new
 * link is as good, or better.
 */
export function readPendingLogin(
  home: string,
  { name, startUrl, region }: Pick<Session, "name" | "startUrl" | "region">,
): PendingLogin | undefined {
  let json: unknown;
  try {
    json = JSON.parse(Deno.readTextFileSync(pendingLoginPath(home, name)));
  } catch {
    return undefined;
  }
  const pending = PENDING.read(json, "", []);
  const isOfSession = pending?.session === name && pending.startUrl === startUrl && pending.region === region;
  return isOfSession ? pending : undefined;
}

/** Whoever saves holds the lock of the pending login. @throws {UserError} when the file cannot be written. */
export async function savePendingLogin(home: string, pending: PendingLogin): Promise<void> {
  const json = JSON.stringify({ version: VERSION, ...PENDING.write(pending) as object });
  await writeFileAtomic(pendingLoginPath(home, pending.session), new TextEncoder().encode(`${json}\n`));
}

/** @throws {UserError} when it is there and cannot be removed. */
export function removePendingLogin(home: string, session: string): void {
  removeFile(pendingLoginPath(home, session));
}
