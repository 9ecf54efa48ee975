// Sessions as the AWS config describes them: `[sso-session NAME]`, or the start URL of legacy profiles.
import type { Problem } from "../domain/problem.ts";
import type { Session } from "../domain/session.ts";
import type { Block, Setting } from "./settings.ts";
import { badRegion, badUrl, contradiction, misreadLine, problemAt, type Subject } from "./setting_checks.ts";
import { fixFor, quoted, shown } from "./wording.ts";

const KEYS = ["sso_start_url", "sso_region", "sso_registration_scopes", "sso_use_device_code"] as const;
const START_URL = "https://NAME.awsapps.com/start";

/** A session without its profiles: who reads them adds them. */
export type BareSession = Omit<Session, "profiles">;

/** The session of a `[sso-session NAME]` section. */
export function readSsoSession(name: string, block: Block): BareSession {
  const subject = `Cannot use session ${quoted(name)}`;
  const startUrl = block.get("sso_start_url");
  const region = block.get("sso_region");
  const place = { file: block.file.path, line: block.line };
  return {
    name,
    legacy: false,
    startUrl: startUrl?.value ?? "",
    region: region?.value ?? "",
    scopes: scopesOf(block.get("sso_registration_scopes")),
    useDeviceCode: flag(block.get("sso_use_device_code")),
    problem: misreadLine(subject, block) ?? contradiction(subject, KEYS, block) ??
      valuesProblem(subject, place, startUrl, region),
  };
}

/** The session that a profile names although there is no such section. */
export function missingSsoSession(named: Setting): BareSession {
  const name = named.value;
  const header = `[sso-session ${/[\s'"\\]/.test(name) ? quoted(name) : name}]`;
  const hint = fixFor(
    name,
    `add ${header} with sso_start_url and sso_region to the config file, or correct sso_session`,
  );
  const message = `Cannot use session ${shown(name)}: there is no section of that name`;
  return { name, legacy: false, startUrl: "", region: "", problem: problemAt(named, "SessionMissing", message, hint) };
}

/** The session that all profiles with one `sso_start_url` and no `sso_session` share. `regions`: theirs, in order. */
export function readLegacySession(startUrl: Setting, regions: readonly Setting[]): BareSession {
  const subject = `Cannot use session ${shown(startUrl.value)}`;
  const region = regions.at(0);
  const other = regions.find(({ value }) => value !== region?.value);
  const problem = other === undefined ? valuesProblem(subject, startUrl, startUrl, region) : problemAt(
    other,
    "RegionConflict",
    `${subject}: its profiles give different regions, ${shown(region!.value)} and ${shown(other.value)}`,
    "write the same sso_region in all profiles with this start URL",
  );
  return { name: startUrl.value, legacy: true, startUrl: startUrl.value, region: region?.value ?? "", problem };
}

function valuesProblem(
  subject: Subject,
  place: Pick<Setting, "file" | "line">,
  startUrl: Setting | undefined,
  region: Setting | undefined,
): Problem | undefined {
  if (startUrl === undefined) {
    return problemAt(
      place,
      "StartUrlMissing",
      `${subject}: it has no sso_start_url`,
      `add: sso_start_url = ${START_URL}`,
    );
  }
  const urlProblem = badUrl(subject, "StartUrlInvalid", "sso_start_url", startUrl, START_URL);
  if (urlProblem !== undefined) return urlProblem;
  if (region === undefined) {
    return problemAt(
      place,
      "RegionMissing",
      `${subject}: it has no sso_region`,
      "add: sso_region = REGION of the start URL",
    );
  }
  return badRegion(subject, "sso_region", region);
}

/** Cut as the AWS CLI does (aws-cli customizations/sso/utils.py): it is part of the name of the registration file. */
function scopesOf(setting: Setting | undefined): readonly string[] | undefined {
  return setting?.value.split(",").map((scope) => scope.trim()).filter((scope) => scope !== "");
}

/** As botocore's `ensure_boolean`: only `true` in any case is true. */
export function flag(setting: Setting | undefined): boolean | undefined {
  return setting && setting.value.toLowerCase() === "true";
}
