// How failures of AWS calls are worded: what happened, and the way out.
import { AwsError } from "../aws/client.ts";
import { type CallFailure, classifyProof } from "../domain/classify.ts";
import { formatDuration } from "../domain/duration.ts";
import { EXIT, UserError } from "../domain/problem.ts";
import type { Fault } from "../domain/report.ts";
import type { Session } from "../domain/session.ts";
import { loginCommand } from "../domain/shell_word.ts";
import { LockHeld } from "../store/lock.ts";
import type { Token } from "../domain/token.ts";

/** A clock that is off by more than this explains refusals. */
export const CLOCK_TOLERANCE_MS = 5 * 60_000;

/** A call that is not begun any more. */
export const RUN_IS_OVER: CallFailure = { kind: "timeout", code: "Timeout", message: "the time of this run is over" };

/** Words for a failure that is expected to pass. */
export function temporaryFault(error: AwsError): Fault {
  return {
    code: error.failure.code,
    message: `Cannot reach AWS for now: ${error.message}`,
    hint: hintFor(error.failure),
  };
}

function hintFor(failure: CallFailure): string {
  switch (failure.kind) {
    case "tls":
      return "a proxy with its own certificate? name its CA in AWS_CA_BUNDLE; the token is kept";
    case "unreadable":
      return "something between here and AWS answers in its place (a proxy, a captive portal); the token is kept";
    case "network":
    case "timeout":
      return "nothing to do if it passes: the token is kept and the next check tries again";
    case "service":
      return "nothing to do: AWS asks for patience, the next check tries again";
  }
}

/** Words for a call on the way to a login that failed. */
export function loginFault(error: AwsError): Fault & { readonly temporary: boolean } {
  if (classifyProof(error.failure) === "temporary") return { ...temporaryFault(error), temporary: true };
  return {
    code: error.failure.code,
    message: `AWS refuses the login: ${error.message}`,
    hint: "compare sso_start_url and sso_region with those of the AWS access portal",
    temporary: false,
  };
}

/** Words for a refresh that AWS refused for good. */
export function refusedFault(code: string, session: Session): Fault {
  return {
    code,
    message: "AWS has ended the sign-in: it refuses to refresh the token",
    hint: loginHint(session),
  };
}

/** Words for a refresh that only a person can repair; the token is kept and no login is started. */
export function brokenFault(error: AwsError): Fault {
  const { reason } = error.failure;
  if (reason?.startsWith("KMS_")) {
    return {
      code: reason,
      message: `AWS cannot use the encryption key of the Identity Center instance: ${error.message}`,
      hint: "ask the administrator of IAM Identity Center to repair the KMS key; the token is kept",
    };
  }
  return {
    code: error.failure.code,
    message: `AWS does not accept the request to refresh: ${error.message}`,
    hint: "compare sso_start_url, sso_region and sso_registration_scopes with those of AWS; the token is kept",
  };
}

/**
 * What else explains a refusal: a region that is not that of the token, a wrong clock. Such a session is not dead.
 *
 * @param clockOffsetMs AWS's clock minus ours
 */
export function otherCause(session: Session, token: Token, clockOffsetMs: number | undefined): Fault | undefined {
  if (token.region !== "" && token.region !== session.region) {
    return {
      code: "RegionDiffers",
      message: `The token was issued in ${token.region}, but sso_region is ${session.region}`,
      hint: `write sso_region = ${token.region} in the AWS config file, or ${loginHint(session)}`,
    };
  }
  return clockOffsetMs === undefined ? undefined : clockFault(clockOffsetMs);
}

/** Words for a clock that is off by more than the tolerance. */
export function clockFault(clockOffsetMs: number): Fault | undefined {
  if (Math.abs(clockOffsetMs) <= CLOCK_TOLERANCE_MS) return undefined;
  const direction = clockOffsetMs > 0 ? "slow" : "fast";
  return {
    code: "ClockWrong",
    message: `The clock of this machine is ${formatDuration(clockOffsetMs)} ${direction}`,
    hint: "set the clock (timedatectl set-ntp true; on macOS: sudo sntp -sS time.apple.com), then check again",
  };
}

/** Words for a role that AWS refuses; it concerns this profile only. */
export function roleFault(error: AwsError, accountId: string, roleName: string): Fault {
  return {
    code: error.failure.code,
    message: `AWS refuses role ${roleName} in account ${accountId}: ${error.message}`,
    hint: "ask for the assignment, or correct sso_account_id and sso_role_name of the profile",
  };
}

/** The command that signs in to this session. */
export function loginHint(session: Pick<Session, "name">): string {
  return `run: ${loginCommand(session.name)}`;
}

/** Words for anything that was thrown on the way, and whether it may pass by itself. */
export function faultOf(error: unknown): Fault & { readonly temporary: boolean } {
  if (error instanceof AwsError) return { ...temporaryFault(error), temporary: true };
  if (error instanceof UserError) {
    const temporary = error.exitCode === EXIT.temporary;
    return {
      code: error instanceof LockHeld ? "LockHeld" : "Failed",
      message: error.message,
      hint: error.hints.join("; "),
      temporary,
    };
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { code: "Unexpected", message, hint: "this is a bug in sso-heal: please report it", temporary: false };
}
