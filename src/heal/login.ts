// Signs in by the device flow: a person opens a link on any device and allows it.
import { usesDeviceCode } from "../aws/browser_login.ts";
import { BROWSER_LOGIN_MS } from "../aws/browser_login_listener.ts";
import { AwsError } from "../aws/client.ts";
import { isOpen, nextPollAt, type PendingLogin } from "../domain/pending.ts";
import { EXIT, type ExitCode, UserError } from "../domain/problem.ts";
import type { BrowserPrompt, Fault, LoginPrompt, LoginReport } from "../domain/report.ts";
import type { Choice } from "../domain/select.ts";
import type { Session } from "../domain/session.ts";
import { isRefreshable, samePair } from "../domain/token.ts";
import { type Lock, LockHeld, tryLock } from "../store/lock.ts";
import { loginLockPath } from "../store/paths.ts";
import { removePendingLogin } from "../store/pending_login.ts";
import { chooseSessions } from "./choose.ts";
import type { Connection, Context, Run } from "./context.ts";
import { faultOf, loginFault, loginHint } from "./faults.ts";
import { canRefresh, look, type View } from "./look.ts";
import { rememberDenied } from "./notes.ts";
import { openLink } from "./open_link.ts";
import { refresh } from "./refresh.ts";
import { linkOf, reportOf } from "./report.ts";
import { type Attempt, provePlace, type SignedIn, tryToSignIn } from "./sign_in.ts";
import { resolveStartUrls } from "./start_urls.ts";
import { caCertsOf, hostsOf } from "./targets.ts";

export interface LoginOptions {
  readonly choice: Choice;
  /** Leave a session that is healthy. */
  readonly ifNeeded: boolean;
  /** `browser`: on this machine, with its own browser (authorization code and PKCE). */
  readonly flow: "device" | "browser";
  /** Return after the link was shown; a later check or login goes on with it. */
  readonly wait: boolean;
  /** Called once per session, when there is something for the person to open. */
  show(prompt: LoginPrompt | BrowserPrompt): void;
}

interface Standing {
  readonly refreshAheadMs: number;
  readonly expectedUser?: string;
}

const PROOF_MS = 60_000;
/** As long as the browser is waited for, and the proof. */
const BROWSER_MS = BROWSER_LOGIN_MS + PROOF_MS;
/** Whoever holds a login opens a link in that time, or is stuck. */
const STUCK_MS = 30_000;
/** Between two looks at what another process does. */
const TURN_MS = 1_000;

/** Signs in to the chosen sessions, one after the other. @throws {UserError} when it is not clear which (exit 2). */
export async function login(context: Context, options: LoginOptions): Promise<LoginReport[]> {
  const { system } = context;
  const { setup: { refreshAheadMs, config }, selected } = await chooseSessions(system, options.choice);
  const standing: Standing = { refreshAheadMs, expectedUser: config.check.expectedUser };
  const views = await Promise.all(selected.map((each) => look(system, each, { refreshAheadMs })));
  const isFine = (view: View) => options.ifNeeded && view.decision.state === "healthy";
  const wanted = views.filter((view) => !isFine(view));
  const sessions = wanted.map(({ session }) => session);
  const caCerts = caCertsOf(wanted, system);
  const startUrls = await resolveStartUrls(context, sessions, caCerts);
  const connection = wanted.length === 0 ? undefined : await context.connect(hostsOf(wanted, system.env), caCerts, {
    channels: [],
    callback: options.flow === "browser",
  });
  const reports: LoginReport[] = [];
  try {
    for (const view of views) {
      if (isFine(view) || connection === undefined) {
        reports.push(summary(view, "already-healthy"));
        continue;
      }
      const run: Run = { ...context, aws: connection, startUrls, deadline: Infinity };
      reports.push(await loginTo(run, connection, view, options, standing));
    }
  } finally {
    connection?.close();
  }
  return reports;
}

async function loginTo(
  run: Run,
  connection: Connection,
  view: View,
  options: LoginOptions,
  setup: Standing,
): Promise<LoginReport> {
  const { system, log } = run;
  const { session } = view;
  try {
    if (session.problem !== undefined) return failure(session, { ...session.problem, temporary: false });
    if (options.ifNeeded && view.decision.state === "refresh-due") {
      const { refreshAheadMs } = setup;
      const soon = { ...run, deadline: system.now() + PROOF_MS };
      const { view: now, error } = await refresh(soon, view, { refreshAheadMs, force: true });
      if (now.decision.state === "healthy") return summary(now, "already-healthy");
      // A login would need the same AWS that cannot be reached for now.
      if (error?.temporary) return failure(session, { ...error, temporary: true });
    }
    await provePlace(run, view);
    if (options.flow === "browser" && !usesDeviceCode(session)) {
      const { signInByBrowser } = await import("./browser_sign_in.ts");
      const deadline = system.now() + BROWSER_MS;
      // While a check waits for a device code it keeps the lock: a person at a browser does not wait for that.
      const lock = await lockOrElse(run, session.name);
      try {
        const end = await signInByBrowser({ ...run, deadline }, connection, view, { ...setup, show: options.show });
        return end.result === "signed-in" ? signedIn(end) : failure(session, endFault(end, session));
      } finally {
        lock?.release();
      }
    }
    return await attach(run, view, options, setup);
  } catch (error) {
    log.info(`cannot log in to session ${session.name}`, { error: (error as Error).message });
    if (!(error instanceof AwsError) && !(error instanceof UserError)) throw error;
    return failure(session, error instanceof AwsError ? loginFault(error) : faultOf(error));
  }
}

/** Goes on with the pending login of the session, or begins one; whoever else waits for it is not disturbed. */
async function attach(run: Run, view: View, options: LoginOptions, setup: Standing): Promise<LoginReport> {
  const { system } = run;
  const { session } = view;
  let shown: string | undefined;
  const show = (pending: PendingLogin) => {
    if (pending.userCode !== shown) {
      options.show({ session: session.name, startUrl: session.startUrl, ...linkOf(pending) });
    }
    shown = pending.userCode;
  };
  let linkAt = system.now();
  for (;;) {
    const lock = await lockOrElse(run, session.name);
    try {
      const now = await look(system, view, { refreshAheadMs: setup.refreshAheadMs });
      // Whoever waited for the same approval has got it.
      if (isSignedInSince(view, now)) return summary(now, "logged-in");
      if (lock !== undefined) {
        const pending = isOpen(now.pending, system.now()) ? now.pending : await openLink(run, session);
        show(pending);
        return options.wait ? await waitAndSignIn(run, view, pending, setup) : summary(view, "started", pending);
      }
      // A check waits for the same approval: its result is ours.
      if (isOpen(now.pending, system.now())) {
        linkAt = system.now();
        show(now.pending);
        if (!options.wait) return summary(view, "started", now.pending);
      } else if (system.now() - linkAt > STUCK_MS) {
        throw new LockHeld(loginLockPath(system.home, session.name));
      }
    } finally {
      lock?.release();
    }
  }
}

/** Whether somebody signed in between the two looks. A token that can be refreshed may only have been refreshed. */
function isSignedInSince(before: View, now: View): boolean {
  if (now.token === undefined || (before.token !== undefined && samePair(now.token, before.token))) return false;
  return !canRefresh(before) || now.record.loginAt !== before.record.loginAt;
}

function lockOrElse({ system: { home, now, sleep } }: Run, name: string): Promise<Lock | undefined> {
  return tryLock(loginLockPath(home, name), { now, sleep, timeoutMs: TURN_MS });
}

async function waitAndSignIn(run: Run, view: View, first: PendingLogin, setup: Standing): Promise<LoginReport> {
  const { system } = run;
  let pending = first;
  for (;;) {
    const at = nextPollAt(pending, system.now());
    if (at >= pending.expiresAt) break;
    await system.sleep(Math.max(0, at - system.now()));
    const soon = { ...run, deadline: system.now() + PROOF_MS };
    const attempt = await tryToSignIn(soon, view, pending, setup.expectedUser);
    if (attempt.result === "waiting") pending = attempt.pending;
    else if (attempt.result === "signed-in") return signedIn(attempt);
    else {
      if (attempt.result === "denied") await rememberDenied(run, view);
      return failure(view.session, endFault(attempt, view.session));
    }
  }
  removePendingLogin(system.home, view.session.name);
  return failure(view.session, endFault({ result: "expired" }, view.session));
}

function signedIn({ view, proofs, tokenDead }: SignedIn & { result: "signed-in" }): LoginReport {
  if (tokenDead !== undefined) return failure(view.session, loginFault(tokenDead));
  const { profiles } = reportOf(view, true, { action: "logged-in", proofs });
  return { ...summary(view, "logged-in"), profiles };
}

function summary(view: View, result: "logged-in" | "already-healthy" | "started", pending?: PendingLogin): LoginReport {
  const { session, token, seenAt } = view;
  return {
    session: session.name,
    result,
    accessTokenExpiresAt: token?.expiresAt,
    refreshable: token && isRefreshable(token, seenAt),
    link: pending && linkOf(pending),
    exitCode: result === "started" ? EXIT.login : EXIT.ok,
    profiles: [],
  };
}

type LoginFault = Fault & { readonly temporary: boolean; readonly exitCode?: ExitCode };

function failure({ name }: Session, { temporary, exitCode, ...error }: LoginFault): LoginReport {
  const code = exitCode ?? (temporary ? EXIT.temporary : EXIT.failed);
  return { session: name, result: "failed", error, exitCode: code, profiles: [] };
}

const ENDS = {
  denied: ["AccessDeniedException", "Cannot log in: the request was denied on the sign-in page"],
  expired: ["ExpiredTokenException", "Cannot log in: nobody approved before the code ran out"],
  lost: ["AnswerLost", "Cannot log in: the answer of AWS was lost on the way, and a link works only once"],
  "called-off": ["CalledOff", "Cannot log in: a logout of the session came in between"],
} as const;

type Failed = Exclude<Attempt, { result: "signed-in" | "waiting" }>;

function endFault(end: Failed, session: Session): LoginFault {
  if (end.result === "refused") return loginFault(end.error);
  if (end.result === "unwanted") return { ...end.fault, temporary: false, exitCode: EXIT.login };
  const [code, message] = ENDS[end.result];
  return { code, message, hint: `${loginHint(session)} for a new link`, temporary: false, exitCode: EXIT.login };
}
