// A home with a session, a profile of it, and two roles that are assumed from there, one behind the other.
import { roleCredentials } from "../../src/heal/role_credentials.ts";
import type { ProfileCredentials } from "../../src/heal/role_credentials.ts";
import type { FakeAws } from "./fake_aws.ts";
import { type FakeSystem, fakeSystem } from "./fake_system.ts";
import { contextOf } from "./heal_run.ts";
import { sessionSections, tokenOf, writeToken } from "./session_home.ts";

const CHAIN = `[profile admin]
role_arn = arn:aws:iam::111111111111:role/Admin
source_profile = corp-dev
region = eu-west-1
[profile deep]
role_arn = arn:aws:iam::222222222222:role/Deep
source_profile = admin
region = eu-central-1
role_session_name = ci
external_id = tenant
duration_seconds = 900
`;

/** A home with the session `corp`, its profile `corp-dev`, and the two roles of {@link CHAIN}. */
export async function roleHome(leftMs?: number, more = ""): Promise<FakeSystem> {
  const system = await fakeSystem();
  system.write(".aws/config", sessionSections("corp") + CHAIN + more);
  if (leftMs !== undefined) writeToken(system, "corp", tokenOf("corp", leftMs));
  return system;
}

/** The credentials of a profile. */
export async function credentialsFor(
  system: FakeSystem,
  aws: FakeAws,
  profile = "corp-dev",
): Promise<ProfileCredentials> {
  return await roleCredentials(contextOf(system, aws), profile);
}
