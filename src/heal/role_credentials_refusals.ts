// Why there are no credentials for a profile, in words, and which exit code that is.
import { AwsError } from "../aws/client.ts";
import type { RoleChain } from "../aws/role_chain.ts";
import type { RoleStep } from "../aws/role_chain_step.ts";
import { classifyProof } from "../domain/classify.ts";
import { isOpen } from "../domain/pending.ts";
import { EXIT, type Problem, UserError } from "../domain/problem.ts";
import { formatDuration } from "../domain/duration.ts";
import type { Fault } from "../domain/report.ts";
import { faultText } from "../render/fault_words.ts";
import { LOGIN_REASONS } from "../render/words.ts";
import type { SessionRecord } from "../store/session_record.ts";
import type { System } from "../system/system.ts";
import { loginHint, roleFault, temporaryFault } from "./faults.ts";
import type { View } from "./look.ts";

/** A profile that only a person can repair. */
export function unusable(problem: Problem, home: string): UserError {
  return failed(problem, EXIT.failed, home);
}

/**
 * A session without a token that lives.
 *
 * @param error what its refresh failed of; `temporary` is absent when AWS refused it for good
 * @param profile the one that needs it, when it is about one
 */
export function noCredentials(
  { session, decision, pending, record }: View,
  { now, home }: Pick<System, "now" | "home">,
  error?: Fault & { readonly temporary?: boolean },
  profile?: string,
): UserError {
  const what = profile === undefined ? "Cannot get credentials" : `Cannot get credentials by profile "${profile}"`;
  if (error?.temporary !== undefined) return failed(error, error.temporary ? EXIT.temporary : EXIT.failed, home);
  if (decision.state === "broken") return unusable(decision.problem, home);
  if ("reason" in decision) {
    const link = isOpen(pending, now())
      ? [
        `or open ${pending.verificationUriComplete} and allow the code ${pending.userCode}: the next check takes it up`,
      ]
      : [];
    return new UserError(
      `${what}: session "${session.name}" needs a person (${LOGIN_REASONS[decision.reason]})`,
      [loginHint(session), ...link],
      EXIT.login,
    );
  }
  const why = error?.message ?? record.lastError?.message ?? "its token cannot be used for now";
  return new UserError(
    `${what} yet: ${why}${error === undefined ? timesOf(record, now()) : ""}`,
    ["try again later, or at once: sso-heal check --force-refresh"],
    EXIT.temporary,
  );
}

/** When it failed, and when it is tried again: without that an old error looks like one of now. */
function timesOf({ lastError, retryAt }: SessionRecord, now: number): string {
  const times = [
    lastError?.at !== undefined && `tried ${formatDuration(Math.max(0, now - lastError.at))} ago`,
    retryAt !== undefined && retryAt > now && `the next check tries in ${formatDuration(retryAt - now)}`,
  ].filter((part) => part !== false);
  return times.length === 0 ? "" : ` (${times.join(", ")})`;
}

/** What the portal said instead of credentials. */
export function roleRefused(error: unknown, { root }: RoleChain): unknown {
  return refused(error, (reason) => roleFault(reason, root.accountId, root.roleName));
}

/** What STS said instead of credentials of a role that was to be assumed. */
export function stepRefused(error: unknown, { profile, roleArn }: RoleStep): unknown {
  return refused(error, (reason) => ({
    code: reason.failure.code,
    message: `AWS refuses role ${roleArn} of profile "${profile}": ${reason.message}`,
    hint: reason.failure.code === "InvalidClientTokenId"
      ? "the role of the source profile may have changed a moment ago: try again in a minute"
      : "allow sts:AssumeRole in the trust policy of the role, or correct role_arn and external_id of the profile",
  }));
}

function refused(error: unknown, faultOf: (error: AwsError) => Fault): unknown {
  if (!(error instanceof AwsError)) return error;
  return classifyProof(error.failure) === "temporary"
    ? failed(temporaryFault(error), EXIT.temporary)
    : failed(faultOf(error), EXIT.failed);
}

function failed(fault: Fault, exitCode: 1 | 75, home = ""): UserError {
  return new UserError(faultText(fault, { home }), fault.hint === "" ? [] : [fault.hint], exitCode);
}
