// A person who may use many roles in many accounts, at a portal that serves 20 calls a second.
import type { Account } from "../../aws/settings.ts";
import type { SimulatorOptions } from "../../aws/simulator.ts";
import { makeScene, type Scene } from "./scene.ts";

/** What AWS serves a second, for a whole instance. */
export const PER_SECOND = 20;
const ROLES = ["Admin", "Audit", "Build", "Read"];

/** A scene with `count` profiles, four roles in each account, by one session that is healthy. */
export function manyRoles(count: number, aws: SimulatorOptions = {}): Promise<Scene> {
  const accounts: Record<string, Account> = {};
  const sections: string[] = [];
  for (let at = 0; at < count; at++) {
    const id = String(100_000_000_000 + Math.floor(at / ROLES.length));
    const role = ROLES[at % ROLES.length];
    accounts[id] = { name: `account ${id}`, email: `${id}@example.com`, roles: ROLES };
    sections.push(
      `[profile p${at}]\nsso_session = corp\nsso_account_id = ${id}\nsso_role_name = ${role}\nregion = eu-west-1\n`,
    );
  }
  const session = "[sso-session corp]\nsso_start_url = https://sim.awsapps.com/start\nsso_region = us-east-1\n" +
    "sso_registration_scopes = sso:account:access\n";
  return makeScene({
    aws: { accounts, portalPerSecond: PER_SECOND, ...aws },
    home: { config: [session, ...sections].join("\n") },
    session: { accessTokenLeftS: 3600 },
  });
}
