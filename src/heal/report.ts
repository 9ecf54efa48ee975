// From what was seen and done to the plain data that printers take.
import type { AlertLink } from "../domain/alert_message.ts";
import { type ExpectedLogin, forecast } from "../domain/forecast.ts";
import { type Outcome, outcomeOf } from "../domain/outcome.ts";
import { isOpen, type PendingLogin } from "../domain/pending.ts";
import type { Action, Fault, ProfileReport, SessionReport } from "../domain/report.ts";
import type { UserError } from "../domain/problem.ts";
import type { SessionState } from "../domain/decide.ts";
import type { ProfileProof } from "../store/session_record.ts";
import { loginCommand } from "../domain/shell_word.ts";
import { canRefresh, type Role, type View } from "./look.ts";

/** What a run adds to what the files say. */
export interface Done {
  readonly action: Action;
  readonly error?: Fault & { readonly temporary?: boolean };
  readonly proofs: readonly ProfileProof[];
}

const NOTHING: Done = { action: "none", proofs: [] };

/** The report of one session; without `done`, as the files and our record say. */
export function reportOf(view: View, counted: boolean, done: Done = NOTHING): SessionReport {
  const { session, decision, record, token } = view;
  const remembered = record.lastError;
  const { pending } = view;
  const failedBefore = decision.state === "refresh-due" && remembered !== undefined;
  const state: SessionState = isBroken(view, done) ? "broken" : decision.state;
  const profiles = view.roles.map((role) => profileReport(role, view, done.proofs));
  const temporaryFailure = (failedBefore && !remembered.broken) || done.error?.temporary === true ||
    profiles.some(({ ok, error }) => ok === undefined && error !== undefined);
  const outcome: Outcome = outcomeOf({
    state,
    temporaryFailure,
    profileBroken: profiles.some(({ ok }) => ok === false),
  });
  return {
    name: session.name,
    startUrl: session.startUrl,
    region: session.region,
    state,
    action: done.action,
    outcome,
    counted,
    accessTokenExpiresAt: token?.expiresAt,
    refreshable: canRefresh(view),
    registrationExpiresAt: token?.registrationExpiresAt,
    retryAt: decision.state === "refresh-due" && decision.action === "wait" ? decision.until : undefined,
    loginReason: state !== "broken" && "reason" in decision ? decision.reason : undefined,
    pendingLogin: isOpen(pending, view.seenAt) ? linkOf(pending) : undefined,
    expectedLogin: expectedLogin(view),
    error: errorOf(view, state, done),
    profiles,
  };
}

/** What a person is shown of a pending login; the codes for the machine stay behind. */
export function linkOf({ verificationUri, verificationUriComplete, userCode, expiresAt }: PendingLogin): AlertLink {
  return { verificationUri, verificationUriComplete, userCode, expiresAt };
}

/** When the next login will be due; unknown for a session that needs one now. */
export function expectedLogin({ record, token, decision, seenAt }: View): ExpectedLogin | undefined {
  if (token === undefined || decision.state === "broken" || "reason" in decision) return undefined;
  const { loginAt, lives } = record;
  return forecast({ loginAt, lives, registrationExpiresAt: token.registrationExpiresAt }, seenAt);
}

function isBroken({ decision, record }: View, { error }: Done): boolean {
  if (error !== undefined && error.temporary === false) return true;
  return decision.state === "refresh-due" && record.lastError?.broken === true;
}

function errorOf(view: View, state: SessionState, { error }: Done): Fault | undefined {
  if (error !== undefined) {
    const { temporary: _, ...fault } = error;
    return fault;
  }
  const { decision, record, session } = view;
  if (decision.state === "broken") return decision.problem;
  if (record.lastError === undefined || state === "healthy") return undefined;
  const { code, message } = record.lastError;
  if (state === "needs-login" || state === "waiting-for-approval") {
    // What is remembered explains a refusal only: an outage of before is not why a person is needed.
    const refused = "reason" in decision && decision.reason === "refresh-refused";
    return refused ? { code, message, hint: `run: ${loginCommand(session.name)}` } : undefined;
  }
  const hint = state === "broken"
    ? "repair what the message names, then run: sso-heal check --force-refresh"
    : "nothing to do: the token is kept and the next check tries again";
  return { code, message, hint };
}

/** The code of a proof that ended on this machine: AWS refused nothing. */
const LOCAL = "Failed";

/** What is remembered of a proof that ended on this machine; the way out is the second line of the message. */
export function localFailure({ message, hints }: UserError): Pick<ProfileProof, "code" | "message"> {
  return { code: LOCAL, message: `${message}\n${hints.join("; ")}` };
}

function faultOfProof({ code = LOCAL, message = "The proof failed", temporary }: ProfileProof): Fault {
  if (temporary) return { code, message, hint: "nothing to do: the next check tries again" };
  if (code !== LOCAL) {
    return {
      code,
      message,
      hint: "ask for the assignment, or correct sso_account_id and sso_role_name of the profile",
    };
  }
  const [what, hint = "repair what the message names, then run: sso-heal check"] = message.split("\n");
  return { code, message: what, hint };
}

function profileReport(
  { profile, credentials }: Role,
  { record, seenAt }: View,
  proofs: readonly ProfileProof[],
): ProfileReport {
  const { name, accountId, roleName } = profile;
  const proof = proofs.find((row) => row.name === name) ?? record.profiles?.find((row) => row.name === name);
  const expireAt = proof?.credentialsExpireAt ?? credentials?.expiresAt;
  return {
    name,
    accountId,
    roleName,
    ok: proof?.temporary ? undefined : proof?.ok,
    arn: proof?.arn,
    credentialsExpireAt: expireAt !== undefined && expireAt > seenAt ? expireAt : undefined,
    error: proof === undefined || proof.ok ? undefined : faultOfProof(proof),
  };
}
