// Which sessions a person means who named none.
import { EXIT, UserError } from "../domain/problem.ts";
import type { Choice, Selected } from "../domain/select.ts";
import type { System } from "../system/system.ts";
import { loadSetup, type Setup } from "./setup.ts";

/**
 * The chosen sessions; without a choice that of `AWS_PROFILE`, else that of the profile `default`, else the only one.
 *
 * @throws {UserError} (exit 2) when there is none, or several and nothing tells which.
 */
export async function chooseSessions(
  system: System,
  choice: Choice,
): Promise<{ setup: Setup; selected: readonly Selected[] }> {
  const given = choice.sessions.length > 0 || choice.profiles.length > 0;
  const { AWS_PROFILE: profile } = system.env;
  if (!given && profile) {
    const setup = await loadSetup(system, { sessions: [], profiles: [profile] });
    return { setup, selected: setup.selected };
  }
  const setup = await loadSetup(system, choice);
  if (given) return { setup, selected: setup.selected };
  // Every session of the AWS config, also those that our own config leaves out.
  const { selected } = await loadSetup(system, { sessions: ["*"], profiles: [] });
  const ofDefault = selected.filter(({ session }) => session.profiles.some(({ name }) => name === "default"));
  if (ofDefault.length === 1) return { setup, selected: ofDefault };
  if (selected.length === 1) return { setup, selected };
  if (selected.length === 0) {
    throw new UserError("Cannot choose a session: the AWS config file has none", [
      "write one with: aws configure sso, or add an [sso-session NAME] section to ~/.aws/config by hand",
    ], EXIT.usage);
  }
  throw new UserError("Cannot choose a session: there are several", [
    `name one: --session NAME, of ${selected.map(({ session }) => session.name).join(", ")}`,
    "or take all of them: --session '*'",
  ], EXIT.usage);
}
