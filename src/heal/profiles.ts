// What the AWS config files configure.
import type { ListedProfile, ProfileList } from "../domain/report.ts";
import type { Choice } from "../domain/select.ts";
import { matchesGlob } from "../domain/glob.ts";
import type { Context } from "./context.ts";
import { loadSetup } from "./setup.ts";

/** Lists the chosen profiles in file order. @throws {UserError} when the choice matches nothing (exit 2). */
export async function listProfiles({ system }: Context, choice: Choice): Promise<ProfileList> {
  const { inventory } = await loadSetup(system, choice);
  const wanted = (name: string, patterns: readonly string[]) => patterns.some((pattern) => matchesGlob(pattern, name));
  const all = choice.sessions.length === 0 && choice.profiles.length === 0;
  const profiles = inventory.profiles
    .filter(({ name, session }) => all || wanted(name, choice.profiles) || wanted(session, choice.sessions))
    .map(({ name, session, accountId, roleName, region, problem }): ListedProfile => {
      const owner = inventory.sessions.find((each) => each.name === session);
      return {
        name,
        session,
        legacy: owner?.legacy ?? false,
        startUrl: owner?.startUrl ?? "",
        ssoRegion: owner?.region ?? "",
        accountId,
        roleName,
        region,
        problem: problem ?? owner?.problem,
      };
    });
  return { profiles, problems: inventory.problems };
}
