// A home with several profiles of one session, and what a sync finds and leaves in its credentials file.
import type { AwsFiles } from "../../src/aws/config_file.ts";
import { readAwsFiles } from "../../src/aws/config_file.ts";
import { type Inventory, inventoryOf } from "../../src/aws/inventory.ts";
import { formatTime } from "../../src/aws/time.ts";
import { sync, type SyncOptions, type SyncResult } from "../../src/heal/sync.ts";
import type { FakeAws } from "./fake_aws.ts";
import { type FakeSystem, fakeSystem, START } from "./fake_system.ts";
import { contextOf } from "./heal_run.ts";
import { sessionSections, tokenOf, writeToken } from "./session_home.ts";

/** The credentials file below the home. */
export const CREDENTIALS = ".aws/credentials";

/** `corp-dev` and the profiles `p1` … of the session `corp`, whose token has `leftMs` left; roles are named alike. */
export async function syncHome(count = 0, leftMs?: number, more = ""): Promise<FakeSystem> {
  const system = await fakeSystem();
  const profiles = Array.from(
    { length: count },
    (_, at) => `[profile p${at + 1}]\nsso_session = corp\nsso_account_id = 111111111111\nsso_role_name = r${at + 1}\n`,
  );
  system.write(".aws/config", sessionSections("corp") + profiles.join("") + more);
  if (leftMs !== undefined) writeToken(system, "corp", tokenOf("corp", leftMs));
  return system;
}

/** A section as `sync` writes it, with keys that end `leftMs` from {@link START}; of the role of `corp-dev` by default. */
export function legacySection(profile: string, leftMs: number, source = "012345678901/ReadOnly"): string {
  return `[${profile}]\naws_access_key_id = ASIAWRITTEN\naws_secret_access_key = written-secret\n` +
    `aws_session_token = written-token\nx_sso_heal_expiration = ${formatTime(START + leftMs)}\n` +
    `x_sso_heal_source = ${source}\n`;
}

/** `to keyId` of each section with keys, in file order. */
export function sectionsIn(system: FakeSystem): string[] {
  const text = system.read(CREDENTIALS) ?? "";
  return [...text.matchAll(/\[(.*)\]\naws_access_key_id = (\S+)/g)].map(([, name, key]) => `${name} ${key}`);
}

/** A sync by hand. */
export function syncNow(system: FakeSystem, aws: FakeAws, more: Partial<SyncOptions> = {}): Promise<SyncResult> {
  return sync(contextOf(system, aws), { profiles: ["corp-dev"], force: false, ...more });
}

/** `from>to outcome`, with `*` for what was changed and the first words of the error. */
export function inBrief({ sync }: Pick<SyncResult, "sync">): string[] {
  return sync.map(({ from, to, changed, outcome, error }) =>
    `${from}>${to}${changed ? "*" : ""} ${outcome}${error === undefined ? "" : `: ${error.code}`}`
  );
}

/** What a plan is made of. */
export async function filesOf(system: FakeSystem): Promise<{ files: AwsFiles; inventory: Inventory }> {
  const files = await readAwsFiles(system);
  return { files, inventory: await inventoryOf(files, system.home) };
}
