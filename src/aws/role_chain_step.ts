// One role to assume, as a profile with `role_arn` describes it, and whether AWS could do it.
import type { Problem } from "../domain/problem.ts";
import { contradiction, problemAt } from "./setting_checks.ts";
import type { ProfileSettings, Setting } from "./settings.ts";
import { fixFor, quoted, shown } from "./wording.ts";

/** The input of one `AssumeRole`. */
export interface RoleStep {
  /** The profile that describes it. */
  readonly profile: string;
  readonly roleArn: string;
  /** `role_session_name`; without it every client makes one up (botocore: `botocore-session-SECONDS`). */
  readonly sessionName?: string;
  readonly externalId?: string;
  /** 900 to 3600; an hour unless given. */
  readonly durationSeconds?: number;
}

export type ReadRoleStep =
  | { readonly step: RoleStep; /** `source_profile` */ readonly source: Setting }
  | { readonly problem: Problem };

const KEYS = [
  "role_arn",
  "source_profile",
  "credential_source",
  "mfa_serial",
  "role_session_name",
  "external_id",
  "duration_seconds",
  "region",
] as const;

const SHORTEST_S = 900;
/** The caller is a role already, and AWS gives a role that another one assumes no more (IAM: "role chaining"). */
const LONGEST_S = 3600;

/** Reads the step of a profile that has `role_arn`. */
export function readRoleStep(profile: ProfileSettings): ReadRoleStep {
  const roleArn = profile.get("role_arn")!;
  const source = profile.get("source_profile");
  const sessionName = profile.get("role_session_name");
  const externalId = profile.get("external_id");
  const duration = profile.get("duration_seconds");
  const seconds = secondsOf(duration);
  const subject = `Cannot use profile ${quoted(profile.name)}`;
  const refuse = (setting: Setting, code: string, why: string, hint: string) => (
    { problem: problemAt(setting, code, `${subject}: ${why}`, hint) }
  );

  const twice = contradiction(subject, KEYS, profile);
  if (twice !== undefined) return { problem: twice };
  // The constraints of the STS API model (botocore data/sts service-2.json).
  if (!/^arn:[\w-]+:iam::\d{12}:role\/[\x21-\x7e]+$/.test(roleArn.value)) {
    const hint = fixFor(roleArn.value, "write it as arn:aws:iam::ACCOUNT:role/NAME");
    return refuse(roleArn, "RoleArnInvalid", `role_arn ${shown(roleArn.value)} is not the ARN of a role`, hint);
  }
  const foreign = profile.get("credential_source");
  if (foreign !== undefined) {
    return source === undefined
      ? refuse(
        foreign,
        "CredentialSource",
        `credential_source ${shown(foreign.value)} is not SSO`,
        "use the AWS CLI for it, or write source_profile = NAME of a profile of SSO instead",
      )
      : refuse(
        foreign,
        "TwoSources",
        "it has both source_profile and credential_source",
        "remove one of them: every AWS client refuses both together",
      );
  }
  if (source === undefined) {
    return refuse(
      roleArn,
      "SourceMissing",
      "it has role_arn but no source_profile",
      "add source_profile = NAME of a profile of SSO",
    );
  }
  const mfa = profile.get("mfa_serial");
  if (mfa !== undefined) {
    return refuse(
      mfa,
      "MfaNeeded",
      "mfa_serial wants a code that only a person can type, and AWS takes none from a role of SSO",
      "remove mfa_serial, if the trust policy of the role does not demand it",
    );
  }
  if (sessionName !== undefined && !/^[\w+=,.@-]{2,64}$/.test(sessionName.value)) {
    const hint = fixFor(sessionName.value, "write 2 to 64 letters, digits and +=,.@-_");
    return refuse(
      sessionName,
      "RoleSessionNameInvalid",
      `role_session_name ${shown(sessionName.value)} is none that AWS takes`,
      hint,
    );
  }
  if (externalId !== undefined && !/^[\w+=,.@:/-]{2,1224}$/.test(externalId.value)) {
    const hint = fixFor(externalId.value, "write 2 to 1224 letters, digits and +=,.@:/-_");
    return refuse(externalId, "ExternalIdInvalid", "external_id is none that AWS takes", hint);
  }
  if (seconds !== undefined && (seconds < SHORTEST_S || seconds > LONGEST_S)) {
    return refuse(
      duration!,
      "DurationInvalid",
      `duration_seconds ${shown(duration!.value)} is not from ${SHORTEST_S} to ${LONGEST_S}`,
      "a role that a role of SSO assumes gets an hour at most: correct or remove duration_seconds",
    );
  }
  const step = {
    profile: profile.name,
    roleArn: roleArn.value,
    sessionName: sessionName?.value,
    externalId: externalId?.value,
    durationSeconds: seconds,
  };
  return { step, source };
}

/** What is no number is as if it were not there, as for the AWS CLI (botocore credentials.py `_get_role_config`). */
function secondsOf(setting: Setting | undefined): number | undefined {
  return setting !== undefined && /^[+-]?\d+$/.test(setting.value) ? Number(setting.value) : undefined;
}
