// The option of commands that are about exactly one profile.
import type { System } from "../system/system.ts";
import { only } from "./job_options.ts";

export const ONE_PROFILE = {
  kind: "list",
  value: "NAME",
  help: "the profile (default: that of AWS_PROFILE, else default)",
} as const;

/** The profile that was named, else that of `AWS_PROFILE`, else `default`. @throws {UserError} (exit 2) for two names. */
export function oneProfile(named: readonly string[], { env }: Pick<System, "env">): string {
  return only("profile", named) ?? (env.AWS_PROFILE || "default");
}
