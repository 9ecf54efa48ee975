// Signs in by the device flow: a person opens a link on any device and allows it.
import { usesDeviceCode } from "../aws/browser_login.ts";
import { BROWSER_LOGIN_MS } from "../aws/browser_login_listener.ts";
import { AwsError } from "../aws/client.ts";
import { classifyProof } from "../domain/classify.ts";
import { isOpen, type PendingLogin } from "../domain/pending.ts";
import { EXIT, type ExitCode, UserError } from "../domain/problem.ts";
import type { BrowserPrompt, Fault, LoginPrompt, LoginReport } from "../domain/report.ts";
import type { Choice } from "../domain/select.ts";
import type { Session } from "../domain/session.ts";
import { isRefreshable, samePair } from "../domain/token.ts";
import { type Lock, tryLock } from "../store/lock.ts";
import { loginLockPath } from "../store/paths.ts";
import { readPendingLogin, removePendingLogin } from "../store/pending_login.ts";
import { chooseSessions } from "./choose.ts";
import type { Connection, Context, Run } from "./context.ts";
import { faultOf, loginHint } from "./faults.ts";
import { look, type View } from "./look.ts";
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
    return failure(session, error instanceof AwsError ? awsFault(error) : faultOf(error));
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
  for (;;) {
    const lock = await lockOrElse(run, session.name);
    if (lock !== undefined) {
      try {
        const known = readPendingLogin(system.home, session.name);
        const pending = isOpen(known, system.now()) ? known : await openLink(run, session);
        show(pending);
        return options.wait ? await waitAndSignIn(run, view, pending, setup) : summary(view, "started", pending);
      } finally {
        lock.release();
      }
    }
    // A check waits for the same approval: its result is ours.
    const pending = readPendingLogin(system.home, session.name);
    if (isOpen(pending, system.now())) {
      show(pending);
      if (!options.wait) return summary(view, "started", pending);
    }
    const now = await look(system, view, { refreshAheadMs: setup.refreshAheadMs });
    if (now.token !== undefined && !samePair(now.token, view.token)) return summary(now, "logged-in");
  }
}

function lockOrElse({ system: { home, now, sleep } }: Run, name: string): Promise<Lock | undefined> {
  return tryLock(loginLockPath(home, name), { now, sleep, timeoutMs: TURN_MS });
}

async function waitAndSignIn(run: Run, view: View, first: PendingLogin, setup: Standing): Promise<LoginReport> {
  const { system } = run;
  let pending = first;
  while (pending.nextPollAt < pending.expiresAt) {
    await system.sleep(Math.max(0, pending.nextPollAt - system.now()));
    const soon = { ...run, deadline: system.now() + PROOF_MS };
    const attempt = await tryToSignIn(soon, view, pending, setup.expectedUser);
    if (attempt.result === "waiting") pending = attempt.pending;
    else if (attempt.result === "signed-in") return signedIn(attempt);
    else return failure(view.session, endFault(attempt, view.session));
  }
  removePendingLogin(system.home, view.session.name);
  return failure(view.session, endFault({ result: "expired" }, view.session));
}

function signedIn({ view, proofs, tokenDead }: SignedIn & { result: "signed-in" }): LoginReport {
  if (tokenDead !== undefined) return failure(view.session, awsFault(tokenDead));
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

type Failed = Exclude<Attempt, { result: "signed-in" | "waiting" }>;

function endFault(end: Failed, session: Session): LoginFault {
  if (end.result === "refused") return awsFault(end.error);
  if (end.result === "unwanted") return { ...end.fault, temporary: false, exitCode: EXIT.login };
  const message = end.result === "denied"
    ? "Cannot log in: the request was denied on the sign-in page"
    : "Cannot log in: nobody approved before the code ran out";
  const code = end.result === "denied" ? "AccessDeniedException" : "ExpiredTokenException";
  return { code, message, hint: `${loginHint(session)} for a new link`, temporary: false, exitCode: EXIT.login };
}

function awsFault(error: AwsError): LoginFault {
  const fault = faultOf(error);
  if (classifyProof(error.failure) === "temporary") return fault;
  return {
    code: error.failure.code,
    message: `AWS refuses the login: ${error.message}`,
    hint: "compare sso_start_url and sso_region with those of the AWS access portal",
    temporary: false,
  };
}
