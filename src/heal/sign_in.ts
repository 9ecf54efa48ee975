// What a person allowed: the token is stored, proved, and becomes the session's, unless it is the wrong person's.
import { AwsError } from "../aws/client.ts";
import type { Output } from "../aws/protocol.ts";
import { readToken, tokenPath } from "../aws/token_cache.ts";
import { formatToken } from "../aws/token_format.ts";
import type { PendingLogin } from "../domain/pending.ts";
import { UserError } from "../domain/problem.ts";
import type { Fault } from "../domain/report.ts";
import { Secret } from "../domain/secret.ts";
import type { Token } from "../domain/token.ts";
import { type Prepared, prepareFile, writeFileAtomic } from "../store/atomic_file.ts";
import { removePendingLogin } from "../store/pending_login.ts";
import type { ProfileProof } from "../store/session_record.ts";
import { type Polled, pollOnce } from "./approval.ts";
import type { Run } from "./context.ts";
import { look, type View } from "./look.ts";
import { rememberLogin, rememberProofs } from "./notes.ts";
import { withMissingAccounts } from "./missing_accounts.ts";
import { prove, type Proved } from "./prove.ts";
import { sessionTargets } from "./targets.ts";
import { withSessionLock } from "./update_record.ts";

/** A refresh under way may hold the lock for some minutes; what a person has allowed is not thrown away before. */
const LOCK_MS = 10 * 60_000;
/** An outage of AWS is waited for so long, to learn who approved; and between two attempts. */
const WHOEVER_MS = 60_000;
const BETWEEN_PROOFS_MS = 20_000;
/** No token of AWS is longer. */
export const TOKEN_BYTES = 8192;

/** The person who signed in now, and the one before, where it is another one. */
export interface Approver {
  readonly now: string;
  readonly before: string;
}

export type SignedIn =
  | {
    readonly result: "signed-in";
    readonly view: View;
    readonly proofs: readonly ProfileProof[];
    readonly approvedBy?: Approver;
    /** The portal does not know the new token. */
    readonly tokenDead?: AwsError;
  }
  /** The new token is not kept. */
  | { readonly result: "unwanted"; readonly fault: Fault };

/** What came of asking once: signed in, still waiting, or an end without a token. */
export type Attempt = SignedIn | Exclude<Polled, { result: "approved" }>;

/** Better to know before a person has tapped for nothing. @throws {UserError} when a token would have no place. */
export async function provePlace({ system }: Run, { session }: View): Promise<void> {
  await (await prepareFile(tokenPath(system.home, session), TOKEN_BYTES)).discard();
}

/**
 * Asks once whether the pending login was approved, and if so takes the token. It goes to the disk before anything else
 * happens, to a place proved before AWS is asked. A running token stays in use until the new one works, and so it is
 * with one that only a certain person may give (`expectedUser`). The caller holds the lock of the pending login.
 *
 * @throws {UserError} when a token cannot be stored.
 */
export async function tryToSignIn(
  run: Run,
  view: View,
  pending: PendingLogin,
  expectedUser?: string,
): Promise<Attempt> {
  const prepared = await prepareFile(tokenPath(run.system.home, view.session), TOKEN_BYTES);
  let polled: Polled;
  try {
    polled = await pollOnce(run, view.session, pending);
  } catch (error) {
    await prepared.discard();
    throw error;
  }
  if (polled.result === "approved") {
    return await signIn(run, view, { client: pending, answer: polled.token, prepared, expectedUser });
  }
  await prepared.discard();
  if (polled.result !== "waiting") removePendingLogin(run.system.home, view.session.name);
  return polled;
}

/** The client that the token was given to, and where. */
type Client = Pick<PendingLogin, "startUrl" | "region" | "clientId" | "clientSecret" | "registrationExpiresAt">;

interface Approved {
  readonly client: Client;
  readonly answer: Output<"CreateToken">;
  readonly prepared: Prepared;
  readonly expectedUser?: string;
}

/** Takes the answer to an approved login; `prepared` is used up. @throws {UserError} when it cannot be stored. */
export async function signIn(
  run: Run,
  view: View,
  { client, answer, prepared, expectedUser }: Approved,
): Promise<SignedIn> {
  const { system, log } = run;
  const { session } = view;
  const issuedAt = system.now();
  const token = tokenOf(client, answer, issuedAt);
  const file = await readToken(system, session);
  await prepared.store(formatToken(token, file.kind === "token" ? file.raw : undefined));

  // The portal may have ended a token before its time.
  const dead = view.record.refused?.code === "UnauthorizedException";
  const running = view.token !== undefined && view.token.expiresAt > issuedAt && !dead;
  let proved: Proved | undefined;
  if (running || expectedUser !== undefined) {
    proved = await proveWhoever(run, view, token, expectedUser);
    const fault = whyUnwanted(proved, running, expectedUser);
    if (fault !== undefined) {
      await prepared.discard();
      await tellOver(run, view, token);
      removePendingLogin(system.home, session.name);
      return { result: "unwanted", fault };
    }
  }
  await withSessionLock(system, session.name, LOCK_MS, async () => {
    await prepared.publish();
    await rememberLogin(run, session, token, issuedAt);
    for (const { path, bytes } of proved?.held ?? []) await keepOrWarn(run, path, bytes);
  });
  removePendingLogin(system.home, session.name);
  log.info("signed in", { session: session.name });
  proved ??= await prove(run, session, token, view.roles);
  proved = await withMissingAccounts(run, session, token, proved);
  const user = userOf(proved.proofs);
  await rememberProofs(run, session, proved.proofs, user);
  const before = view.record.user;
  const other = user !== undefined && before !== undefined && user !== before;
  return {
    result: "signed-in",
    view: await look(system, view, { refreshAheadMs: view.refreshAheadMs }),
    proofs: proved.proofs,
    approvedBy: other ? { now: user, before } : undefined,
    tokenDead: proved.tokenDead,
  };
}

/** The proofs of a token that is not in use yet. Where one person is expected, an outage of AWS is waited for. */
async function proveWhoever(run: Run, { session, roles }: View, token: Token, expected?: string): Promise<Proved> {
  const { now, sleep } = run.system;
  const until = now() + WHOEVER_MS;
  for (;;) {
    const proved = await prove(run, session, token, roles, { hold: true });
    const isKnown = expected === undefined || userOf(proved.proofs) !== undefined;
    const isLate = now() + BETWEEN_PROOFS_MS >= Math.min(until, run.deadline);
    if (isKnown || isLate || !proved.proofs.some(({ temporary }) => temporary)) return proved;
    await sleep(BETWEEN_PROOFS_MS);
  }
}

/** Credentials that cannot be kept are got again when somebody wants them: the sign-in itself is safe. */
async function keepOrWarn({ log }: Run, path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFileAtomic(path, bytes);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    log.warning(`cannot keep role credentials: ${error.message}`);
  }
}

function tokenOf(client: Client, answer: Output<"CreateToken">, issuedAt: number): Token {
  return {
    startUrl: client.startUrl,
    region: client.region,
    accessToken: new Secret(answer.accessToken),
    expiresAt: issuedAt + answer.expiresInS * 1000,
    refreshToken: answer.refreshToken === undefined ? undefined : new Secret(answer.refreshToken),
    clientId: client.clientId,
    clientSecret: client.clientSecret,
    registrationExpiresAt: client.registrationExpiresAt,
  };
}

/** A reason to go on without the new token; a proof that failed for now is none. */
function whyUnwanted(
  { proofs, tokenDead }: Proved,
  running: boolean,
  expected?: string,
): Fault | undefined {
  const hint = "approve the next link as the right person";
  const user = userOf(proofs);
  if (expected !== undefined && user !== undefined && user !== expected) {
    const message = `${user} approved, but expected_user is ${expected}: that sign-in is not used`;
    return { code: "WrongUser", message, hint };
  }
  if (expected !== undefined && user === undefined && proofs.some(({ temporary }) => temporary)) {
    const message = `AWS does not say for now who approved, and expected_user is ${expected}: that sign-in is not used`;
    return { code: "UnknownUser", message, hint: "approve the next link when AWS answers again" };
  }
  if (expected !== undefined && user === undefined) {
    const message = `Nobody can tell who approved, and expected_user is ${expected}: that sign-in is not used`;
    return { code: "UnknownUser", message, hint: "a profile with account and role is needed to prove it" };
  }
  if (!running) return undefined;
  if (tokenDead !== undefined) {
    return { code: tokenDead.failure.code, message: "AWS does not accept the new token: the old one stays", hint };
  }
  if (proofs.length === 0 || proofs.some(({ ok, temporary }) => ok || temporary)) return undefined;
  const message = "Whoever approved may use none of the profiles: the old token stays";
  return { code: "NoAccess", message, hint };
}

/** The new sign-in shall not live on unused. That it cannot be ended is no failure: it ends by itself. */
async function tellOver({ aws, system, log }: Run, { session }: View, token: Token): Promise<void> {
  try {
    const accessToken = token.accessToken.reveal();
    await aws.call("Logout", sessionTargets(session, system.env).portal, { accessToken });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    log.info("cannot end the sign-in that is not used", { session: session.name, error: error.message });
  }
}

/** The last part of the ARN of an assumed role is the user name of Identity Center. */
function userOf(proofs: readonly ProfileProof[]): string | undefined {
  return proofs.find(({ arn }) => arn !== undefined)?.arn?.split("/").at(-1);
}
