// The list of configured SSO profiles.
import type { ListedProfile, ProfileList } from "../domain/report.ts";
import { clean } from "./cells.ts";
import { faultJson, formatJson, JSON_VERSION } from "./json.ts";
import { formatProblem } from "./problems.ts";
import type { Screen } from "./screen.ts";
import { type Cell, type Column, formatTable } from "./table.ts";
import { BAD } from "./words.ts";

const COLUMNS: readonly Column[] = [
  { header: "PROFILE", least: 12 },
  { header: "SESSION", least: 12 },
  { header: "ACCOUNT" },
  { header: "ROLE", least: 10 },
  { header: "REGION" },
];

/** A table, then what is wrong with which profile. */
export function formatProfiles(list: ProfileList, screen: Screen): string {
  const broken = list.profiles.flatMap(({ name, problem }) =>
    problem === undefined ? [] : [{ ...problem, message: `profile ${name}: ${problem.message}` }]
  );
  const blocks = [
    list.problems.flatMap((problem) => formatProblem(problem, BAD, screen)),
    list.profiles.length > 0 ? formatTable(COLUMNS, list.profiles.map(profileRow), screen) : [],
    broken.flatMap((problem) => formatProblem(problem, BAD, screen)),
  ].filter((block) => block.length > 0);
  if (blocks.length === 0) {
    blocks.push(["No profile uses SSO: none in ~/.aws/config has sso_session or sso_start_url."]);
  }
  return blocks.map((block) => block.map((line) => `${line}\n`).join("")).join("\n");
}

function profileRow(profile: ListedProfile): Cell[] {
  return [profile.name, profile.session, profile.accountId, profile.roleName, profile.region]
    .map((text, at) => ({
      text: clean(text ?? ""),
      colour: at === 0 ? (profile.problem === undefined ? "bold" : "red") : undefined,
    }));
}

/** The JSON document of `profiles --json`. */
export function profilesJson(list: ProfileList): string {
  return formatJson({
    version: JSON_VERSION,
    profiles: list.profiles.map((profile) => ({
      name: profile.name,
      session: profile.session,
      legacy: profile.legacy,
      startUrl: profile.startUrl,
      ssoRegion: profile.ssoRegion,
      accountId: profile.accountId,
      roleName: profile.roleName,
      region: profile.region,
      problem: faultJson(profile.problem),
    })),
    problems: list.problems.map(faultJson),
  });
}
