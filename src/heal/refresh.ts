// Refreshes one session: under a lock, looking again before and after, so that no process loses another's token.
import { AwsError } from "../aws/client.ts";
import { readToken, tokenPath } from "../aws/token_cache.ts";
import { formatToken } from "../aws/token_format.ts";
import { ACROSS_RUNS, delayAfter, WITHIN_RUN } from "../domain/backoff.ts";
import { classifyRefresh } from "../domain/classify.ts";
import type { Fault } from "../domain/report.ts";
import { Secret } from "../domain/secret.ts";
import { samePair, type Token } from "../domain/token.ts";
import { type Prepared, prepareFile } from "../store/atomic_file.ts";
import type { Run } from "./context.ts";
import { brokenFault, otherCause, refusedFault, RUN_IS_OVER, temporaryFault } from "./faults.ts";
import { look, type View } from "./look.ts";
import { noteAdopted, noteBroken, noteRefused, noteTemporary, rememberRefreshed } from "./notes.ts";
import { sessionTargets } from "./targets.ts";
import { withSessionLock } from "./update_record.ts";

/** What became of a refresh; `view` is the session as it is now. */
export interface Refreshed {
  readonly action: "refreshed" | "adopted" | "failed";
  readonly view: View;
  /** `temporary` is absent for a refusal: then a person must sign in, and nothing is broken. */
  readonly error?: Fault & { readonly temporary?: boolean };
}

export interface RefreshOptions {
  readonly refreshAheadMs: number;
  /** Refresh a token that is not due, unless another process has replaced it. */
  readonly force: boolean;
  /** How long to wait for another process that works on the session; until the end of the run unless given. */
  readonly patienceMs?: number;
}

/** Tries of one run, for failures that may pass. */
const TRIES = 3;
/** A longer `Retry-After` is left to the next run. */
const LONGEST_PAUSE_MS = 5_000;
/** Whoever won a race for the refresh token has its answer on the disk after this time. */
const SETTLE_MS = 500;

/**
 * Refreshes the token that `seen` holds.
 *
 * Another sso-heal waits for the lock and then finds the new token; the AWS CLI and the SDKs take no lock, so the file is
 * read again before every call, after every refusal and before the answer is given its name. Before AWS is asked, the
 * place for the answer is proved; the answer goes to the disk before anything else happens.
 *
 * @throws {UserError} when the lock is not had in time, or the answer could not be stored (AWS is not asked then).
 */
export async function refresh(run: Run, seen: View, options: RefreshOptions): Promise<Refreshed> {
  const { system } = run;
  const patienceMs = Math.max(0, Math.min(options.patienceMs ?? Infinity, run.deadline - system.now()));
  return await withSessionLock(system, seen.session.name, patienceMs, async () => {
    const view = await lookAgain(run, seen, options);
    const replaced = !samePair(view.token, seen.token);
    if (replaced && view.decision.action !== "refresh") {
      return view.token === undefined ? { action: "failed", view } : await adopted(run, view);
    }
    if (view.token === undefined || (replaced ? false : view.refused)) return { action: "failed", view };
    // Another sso-heal has just tried in vain.
    const toldToWait = view.decision.state === "refresh-due" && view.decision.action === "wait";
    if (toldToWait && !options.force) return { action: "failed", view };
    return await tryToRefresh(run, view, view.token, options);
  });
}

async function tryToRefresh(run: Run, view: View, token: Token, options: RefreshOptions): Promise<Refreshed> {
  const { system, aws } = run;
  const { oidc } = sessionTargets(view.session, system.env);
  const path = tokenPath(system.home, view.session);
  const raw = view.file.kind === "token" ? view.file.raw : undefined;
  for (let attempt = 1;; attempt++) {
    // AWS may answer with a longer token than the present one.
    const prepared = await prepareFile(path, 2 * formatToken(token, raw).length + 4096);
    let answered = false;
    try {
      if (system.now() >= run.deadline) throw new AwsError("CreateToken", oidc, RUN_IS_OVER);
      const answer = await aws.call("CreateToken", oidc, {
        clientId: token.clientId ?? "",
        clientSecret: token.clientSecret?.reveal() ?? "",
        refreshToken: token.refreshToken?.reveal(),
      });
      answered = true;
      const issuedAt = system.now();
      const fresh: Token = {
        ...token,
        accessToken: new Secret(answer.accessToken),
        expiresAt: issuedAt + answer.expiresInS * 1000,
        // AWS clients drop the refresh token when the answer has none; keeping the old one is never worse.
        refreshToken: answer.refreshToken === undefined ? token.refreshToken : new Secret(answer.refreshToken),
      };
      return await store(run, view, token, { fresh, issuedAt, prepared }, options);
    } catch (error) {
      // What is stored of an answer stays for `recover.ts` to find.
      if (!answered) await prepared.discard();
      if (!(error instanceof AwsError)) throw error;
      if (classifyRefresh(error.failure) === "final") await system.sleep(SETTLE_MS);
      const found = await lookAgain(run, view, options);
      // Somebody else has refreshed or logged in meanwhile: then the refusal was about a token of the past.
      if (found.token !== undefined && !samePair(found.token, token)) return await adopted(run, found);
      const pauseMs = pauseBeforeNext(run, error, attempt);
      if (pauseMs === undefined) return await failed(run, found, error, options);
      run.log.info("refresh failed for now, trying again", { session: view.session.name, error: error.message });
      await system.sleep(pauseMs);
    }
  }
}

interface Answer {
  readonly fresh: Token;
  readonly issuedAt: number;
  readonly prepared: Prepared;
}

/** Stores the answer, unless the file holds another pair by now that lives longer. */
async function store(
  run: Run,
  view: View,
  from: Token,
  { fresh, issuedAt, prepared }: Answer,
  options: RefreshOptions,
): Promise<Refreshed> {
  const { system } = run;
  const raw = view.file.kind === "token" ? view.file.raw : undefined;
  await prepared.store(formatToken(fresh, raw));
  const current = await readToken(system, view.session);
  const replaced = current.kind === "token" && !samePair(current.token, from);
  // No refresh changes the client: a pair of another one is a login, which ends what came before it.
  const stays = replaced &&
    (current.token.clientId !== from.clientId || current.token.expiresAt >= fresh.expiresAt);
  // A file that is gone was removed by a logout: what it ended is not brought back.
  if (current.kind === "missing" || stays) {
    await prepared.discard();
    const found = await lookAgain(run, view, options);
    return found.token === undefined ? { action: "failed", view: found } : await adopted(run, found);
  }
  await prepared.publish();
  await rememberRefreshed(run, view.session, fresh, issuedAt);
  run.log.info("token refreshed", { session: view.session.name, expiresAt: new Date(fresh.expiresAt).toISOString() });
  return { action: "refreshed", view: await lookAgain(run, view, options) };
}

async function adopted(run: Run, view: View): Promise<Refreshed> {
  await noteAdopted(run, view);
  run.log.info("adopted a token that another process stored", { session: view.session.name });
  return { action: "adopted", view };
}

/** What is there now, judged by the clock alone: what was forced has been done. */
function lookAgain({ system }: Run, view: View, { refreshAheadMs }: RefreshOptions): Promise<View> {
  return look(system, view, { refreshAheadMs });
}

/** Milliseconds until another try makes sense in this run; undefined when it does not. */
function pauseBeforeNext(run: Run, { failure }: AwsError, attempt: number): number | undefined {
  if (classifyRefresh(failure) !== "temporary" || attempt >= TRIES) return undefined;
  // Throttled: one more call now would make it worse.
  if (failure.status === 429 || failure.code === "SlowDownException") return undefined;
  const pauseMs = delayAfter(WITHIN_RUN, attempt, run.system.random(), failure.retryAfterMs);
  return pauseMs <= LONGEST_PAUSE_MS && run.system.now() + pauseMs < run.deadline ? pauseMs : undefined;
}

async function failed(run: Run, view: View, error: AwsError, options: RefreshOptions): Promise<Refreshed> {
  const fault = await noteFailure(run, view, error);
  return { action: "failed", view: await lookAgain(run, view, options), error: fault };
}

/** Judges a refresh that failed, and notes it in our record. */
async function noteFailure(run: Run, view: View, error: AwsError): Promise<Refreshed["error"]> {
  const { system, aws, log } = run;
  const { session, token } = view;
  const verdict = classifyRefresh(error.failure);
  log.info(`cannot refresh session ${session.name}`, { verdict, error: error.message });
  if (verdict === "temporary") {
    const { failures = 0 } = view.record;
    const delayMs = delayAfter(ACROSS_RUNS, failures + 1, system.random(), error.failure.retryAfterMs);
    const fault = temporaryFault(error);
    await noteTemporary(run, view, fault, system.now() + delayMs);
    return { ...fault, temporary: true };
  }
  const elsewhere = verdict === "final" && token ? otherCause(session, token, aws.clockOffsetMs) : undefined;
  if (verdict === "broken" || elsewhere !== undefined) {
    const fault = elsewhere ?? brokenFault(error);
    await noteBroken(run, view, fault);
    return { ...fault, temporary: false };
  }
  const fault = refusedFault(error.failure.code, session);
  await noteRefused(run, view, fault);
  return fault;
}
