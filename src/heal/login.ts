// Signs in by the device flow: a person opens a link on any device and allows it.
import { AwsError } from "../aws/client.ts";
import type { Output } from "../aws/protocol.ts";
import {
  formatRegistration,
  isForBrowser,
  readRegistration,
  type Registration,
  registrationPath,
} from "../aws/registration_cache.ts";
import { readToken, tokenPath } from "../aws/token_cache.ts";
import { formatToken } from "../aws/token_format.ts";
import { classifyProof } from "../domain/classify.ts";
import { EXIT, type ExitCode, UserError } from "../domain/problem.ts";
import type { Fault, LoginPrompt, LoginReport } from "../domain/report.ts";
import { Secret } from "../domain/secret.ts";
import type { Choice, Selected } from "../domain/select.ts";
import type { Session } from "../domain/session.ts";
import { isRefreshable, type Token } from "../domain/token.ts";
import { prepareFile, writeFileAtomic } from "../store/atomic_file.ts";
import { chooseSessions } from "./choose.ts";
import type { Context, Run } from "./context.ts";
import { faultOf, loginHint } from "./faults.ts";
import { look, type Role, type View } from "./look.ts";
import { type LoginEnd, waitForApproval } from "./approval.ts";
import { rememberProofs, rememberRefreshed } from "./notes.ts";
import { prove } from "./prove.ts";
import { refresh } from "./refresh.ts";
import { reportOf } from "./report.ts";
import { caCertsOf, hostsOf, sessionTargets } from "./targets.ts";
import { withSessionLock } from "./update_record.ts";

export interface LoginOptions {
  readonly choice: Choice;
  /** Leave a session that is healthy. */
  readonly ifNeeded: boolean;
  /** Called once per session, when there is something for the person to open. */
  show(prompt: LoginPrompt): void;
}

/** A registration that ends earlier is not worth a person's approval. */
const REGISTRATION_LEAST_MS = 24 * 3_600_000;
/** Without this scope AWS gives no refresh token; it is what the AWS CLI asks for by default in its newer flow. */
const DEFAULT_SCOPES = ["sso:account:access"];
const PROOF_MS = 60_000;
/** A refresh under way may hold the lock for some minutes; what a person has allowed is not thrown away before. */
const LOCK_MS = 10 * 60_000;

/** Signs in to the chosen sessions, one after the other. @throws {UserError} when it is not clear which (exit 2). */
export async function login(context: Context, options: LoginOptions): Promise<LoginReport[]> {
  const { system } = context;
  const { setup: { refreshAheadMs }, selected } = await chooseSessions(system, options.choice);
  const views = await Promise.all(selected.map((each) => look(system, each, { refreshAheadMs })));
  const isFine = (view: View) => options.ifNeeded && view.decision.state === "healthy";
  const wanted = views.filter((view) => !isFine(view));
  const connection = wanted.length === 0
    ? undefined
    : await context.connect(hostsOf(wanted, system.env), caCertsOf(wanted, system));
  const reports: LoginReport[] = [];
  try {
    for (const view of views) {
      if (isFine(view) || connection === undefined) {
        reports.push(summary(view, "already-healthy"));
        continue;
      }
      const run: Run = { ...context, aws: connection, deadline: Infinity };
      reports.push(await loginTo(run, view, options, refreshAheadMs));
    }
  } finally {
    connection?.close();
  }
  return reports;
}

async function loginTo(run: Run, view: View, options: LoginOptions, refreshAheadMs: number): Promise<LoginReport> {
  const { system, log } = run;
  const { session } = view;
  try {
    if (session.problem !== undefined) return failure(session, { ...session.problem, temporary: false });
    if (options.ifNeeded && view.decision.state === "refresh-due") {
      const { view: now, error } = await refresh({ ...run, deadline: system.now() + PROOF_MS }, view, {
        refreshAheadMs,
        force: true,
      });
      if (now.decision.state === "healthy") return summary(now, "already-healthy");
      // A login would need the same AWS that cannot be reached for now.
      if (error?.temporary) return failure(session, { ...error, temporary: true });
    }
    // Better to know before a person has tapped for nothing.
    await (await prepareFile(tokenPath(system.home, session), 4096)).discard();
    const { registration, authorization } = await authorize(run, session);
    const expiresAt = system.now() + authorization.expiresInS * 1000;
    options.show({ session: session.name, startUrl: session.startUrl, ...authorization, expiresAt });
    const end = await waitForApproval(run, sessionTargets(session, system.env).oidc, {
      registration,
      deviceCode: authorization.deviceCode,
      intervalS: authorization.intervalS,
      expiresAt,
    });
    if (end.result !== "approved") return failure(session, endFault(end, session));
    const fresh = await look(system, await store(run, view, registration, end.token), { refreshAheadMs });
    log.info("logged in", { session: session.name });
    return await proved({ ...run, deadline: system.now() + PROOF_MS }, fresh);
  } catch (error) {
    log.info(`cannot log in to session ${session.name}`, { error: (error as Error).message });
    if (!(error instanceof AwsError) && !(error instanceof UserError)) throw error;
    return failure(session, error instanceof AwsError ? awsFault(error) : faultOf(error));
  }
}

/** A link for the person. A registration that AWS does not accept any more is made anew, once. */
async function authorize(run: Run, session: Session) {
  for (let attempt = 1;; attempt++) {
    const registration = await register(run, session, attempt > 1);
    try {
      const authorization = await run.aws.call(
        "StartDeviceAuthorization",
        sessionTargets(session, run.system.env).oidc,
        {
          clientId: registration.clientId,
          clientSecret: registration.clientSecret.reveal(),
          startUrl: session.startUrl,
        },
      );
      return { registration, authorization };
    } catch (error) {
      const refused = error instanceof AwsError &&
        ["InvalidClientException", "UnauthorizedClientException"].includes(error.failure.code);
      if (!refused || attempt > 1) throw error;
    }
  }
}

/** The cached registration if it fits, else a new one, kept where the AWS CLI looks for it. */
async function register(run: Run, session: Session, anew: boolean): Promise<Registration> {
  const { system, aws } = run;
  const scopes = [...session.scopes ?? DEFAULT_SCOPES];
  const cached = await readRegistration(system, session);
  if (!anew && cached.kind === "registration" && fits(cached.registration, scopes, system.now())) {
    return cached.registration;
  }
  const answer = await aws.call("RegisterClient", sessionTargets(session, system.env).oidc, {
    clientName: `botocore-client-${session.legacy ? Math.floor(system.now() / 1000) : session.name}`,
    scopes,
  });
  const { clientId, expiresAt } = answer;
  const registration: Registration = { clientId, clientSecret: new Secret(answer.clientSecret), expiresAt, scopes };
  await writeFileAtomic(registrationPath(system.home, session), formatRegistration(registration));
  return registration;
}

function fits(registration: Registration, scopes: readonly string[], now: number): boolean {
  return !isForBrowser(registration) && registration.expiresAt - now >= REGISTRATION_LEAST_MS &&
    scopes.every((scope) => registration.scopes?.includes(scope));
}

/** The answer goes to the disk before anything else happens. */
async function store(
  run: Run,
  view: View,
  registration: Registration,
  answer: Output<"CreateToken">,
): Promise<Selected> {
  const { system } = run;
  const { session } = view;
  const issuedAt = system.now();
  const token: Token = {
    startUrl: session.startUrl,
    region: session.region,
    accessToken: new Secret(answer.accessToken),
    expiresAt: issuedAt + answer.expiresInS * 1000,
    refreshToken: answer.refreshToken === undefined ? undefined : new Secret(answer.refreshToken),
    clientId: registration.clientId,
    clientSecret: registration.clientSecret,
    registrationExpiresAt: registration.expiresAt,
  };
  await withSessionLock(system, session.name, LOCK_MS, async () => {
    const current = await readToken(system, session);
    const raw = current.kind === "token" ? current.raw : undefined;
    await writeFileAtomic(tokenPath(system.home, session), formatToken(token, raw));
    await rememberRefreshed(run, session, token, issuedAt);
  });
  return view;
}

/** Proves every wanted profile with the new token, whatever is cached from before. */
async function proved(run: Run, view: View): Promise<LoginReport> {
  if (view.token === undefined) return summary(view, "logged-in");
  const roles: readonly Role[] = view.roles;
  const { proofs, tokenDead } = await prove(run, view.session, view.token, roles);
  await rememberProofs(run, view.session, proofs);
  if (tokenDead) return failure(view.session, awsFault(tokenDead));
  const { profiles } = reportOf(view, true, { action: "logged-in", proofs });
  return { ...summary(view, "logged-in"), profiles };
}

function summary(view: View, result: "logged-in" | "already-healthy"): LoginReport {
  const { session, token, seenAt } = view;
  return {
    session: session.name,
    result,
    accessTokenExpiresAt: token?.expiresAt,
    refreshable: token && isRefreshable(token, seenAt),
    exitCode: EXIT.ok,
    profiles: [],
  };
}

type LoginFault = Fault & { readonly temporary: boolean; readonly exitCode?: ExitCode };

function failure({ name }: Session, { temporary, exitCode, ...error }: LoginFault): LoginReport {
  const code = exitCode ?? (temporary ? EXIT.temporary : EXIT.failed);
  return { session: name, result: "failed", error, exitCode: code, profiles: [] };
}

function endFault(end: Exclude<LoginEnd, { result: "approved" }>, session: Session): LoginFault {
  if (end.result === "refused") return awsFault(end.error);
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
