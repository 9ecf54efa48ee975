// Fills the home of a test with what the AWS CLI leaves there: a config file, tokens, role credentials.
import { formatRegistration, type Registration, registrationPath } from "../../src/aws/registration_cache.ts";
import { rolePath } from "../../src/aws/role_cache.ts";
import { formatRoleCredentials } from "../../src/aws/role_format.ts";
import { tokenPath } from "../../src/aws/token_cache.ts";
import { formatToken } from "../../src/aws/token_format.ts";
import type { Output } from "../../src/aws/protocol.ts";
import type { PendingLogin } from "../../src/domain/pending.ts";
import { Secret } from "../../src/domain/secret.ts";
import type { Profile, Session } from "../../src/domain/session.ts";
import type { Token } from "../../src/domain/token.ts";
import { readPendingLogin } from "../../src/store/pending_login.ts";
import { readSessionRecord, saveSessionRecord, type SessionRecord } from "../../src/store/session_record.ts";
import { DAY, type FakeSystem, fakeSystem, HOUR, START } from "./fake_system.ts";

/** Sections of an AWS config file: one session and, unless it has none, one profile `NAME-dev` with a role. */
export function sessionSections(name: string, { profile = true, region = "us-east-1" } = {}): string {
  const session = `[sso-session ${name}]
sso_start_url = https://${name}.awsapps.com/start
sso_region = ${region}
sso_registration_scopes = sso:account:access
`;
  return profile
    ? `${session}[profile ${name}-dev]
sso_session = ${name}
sso_account_id = 012345678901
sso_role_name = ReadOnly
`
    : session;
}

/** Writes the AWS config of these sessions; see {@link sessionSections}. */
export function writeSessions(system: FakeSystem, ...names: string[]): void {
  system.write(".aws/config", names.map((name) => sessionSections(name)).join("\n"));
}

/** The session that {@link sessionSections} describes, as the inventory reads it. */
export function sessionNamed(name: string, more: Partial<Session> = {}): Session {
  const profile: Profile = { name: `${name}-dev`, session: name, accountId: "012345678901", roleName: "ReadOnly" };
  return {
    name,
    legacy: false,
    startUrl: `https://${name}.awsapps.com/start`,
    region: "us-east-1",
    scopes: ["sso:account:access"],
    profiles: [profile],
    ...more,
  };
}

/** A token of the session that can be refreshed and has `leftMs` left at {@link START}; texts are `access-1` and so on. */
export function tokenOf(name: string, leftMs: number, more: Partial<Token> = {}, generation = 1): Token {
  return {
    startUrl: `https://${name}.awsapps.com/start`,
    region: "us-east-1",
    accessToken: new Secret(`access-${generation}`),
    expiresAt: START + leftMs,
    refreshToken: new Secret(`refresh-${generation}`),
    clientId: `client-${name}`,
    clientSecret: new Secret(`client-secret-${name}`),
    registrationExpiresAt: START + 80 * DAY,
    ...more,
  };
}

/** Stores a token as the AWS CLI does. */
export function writeToken({ home }: FakeSystem, name: string, token: Token): void {
  const path = tokenPath(home, { name });
  Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true, mode: 0o700 });
  Deno.writeFileSync(path, formatToken(token), { mode: 0o600 });
}

/** The members of a session's token file; undefined when there is no file. */
export function storedToken({ home }: FakeSystem, name: string): Record<string, string> | undefined {
  try {
    return JSON.parse(Deno.readTextFileSync(tokenPath(home, { name })));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Stores role credentials of the session's profile as the AWS CLI does. */
export function writeRole({ home }: FakeSystem, session: Session, leftMs: number, role = session.profiles[0]): void {
  const { accountId = "", roleName = "" } = role;
  const path = rolePath(home, session, { accountId, roleName });
  Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true, mode: 0o700 });
  Deno.writeFileSync(
    path,
    formatRoleCredentials({
      accessKeyId: "ASIAOLD",
      secretAccessKey: new Secret("old-secret"),
      sessionToken: new Secret("old-session"),
      expiresAt: START + leftMs,
    }),
  );
}

/** Stores a client registration as the AWS CLI does. */
export function writeRegistration({ home }: FakeSystem, session: Session, more: Partial<Registration> = {}): string {
  const path = registrationPath(home, session);
  Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true, mode: 0o700 });
  const registration = {
    clientId: "cached-client",
    clientSecret: new Secret("cached-secret"),
    expiresAt: START + 30 * DAY,
    scopes: ["sso:account:access"],
    ...more,
  };
  Deno.writeFileSync(path, formatRegistration(registration));
  return path;
}

/** What sso-heal remembers of a session. */
export function recordOf({ home }: FakeSystem, name: string): SessionRecord {
  return readSessionRecord(home, name).record;
}

/** Changes what sso-heal remembers of a session. */
export async function remember(system: FakeSystem, name: string, more: Partial<SessionRecord>): Promise<void> {
  await saveSessionRecord(system.home, { ...recordOf(system, name), ...more });
}

/** AWS's answer to a refresh or a login. */
export function freshToken(generation: number, more: Partial<Output<"CreateToken">> = {}): Output<"CreateToken"> {
  return {
    accessToken: `access-${generation}`,
    refreshToken: `refresh-${generation}`,
    expiresInS: HOUR / 1000,
    ...more,
  };
}

/** The portal's answer, good for one hour from {@link START}. */
export const ROLE_KEYS: Output<"GetRoleCredentials"> = {
  accessKeyId: "ASIANEW",
  secretAccessKey: "new-secret",
  sessionToken: "new-session",
  expiresAt: START + HOUR + 789,
};

export const ARN = "arn:aws:sts::012345678901:assumed-role/AWSReservedSSO_ReadOnly_0/jane@example.com";
export const IDENTITY: Output<"GetCallerIdentity"> = { arn: ARN, accountId: "012345678901" };

/** A session that was used here and has lost its token: only a person can help. */
export async function writeLostSession(system: FakeSystem, name: string): Promise<void> {
  writeSessions(system, name);
  await remember(system, name, { usedAt: START - DAY });
}

/** The login of the session that waits for a person. */
export function pendingOf({ home }: FakeSystem, name: string): PendingLogin | undefined {
  return readPendingLogin(home, sessionNamed(name));
}

/** A login that was begun at {@link START}, good for 10 minutes, to be asked after every 5 seconds. */
export function pendingLogin(name: string, more: Partial<PendingLogin> = {}): PendingLogin {
  const { startUrl, region } = sessionNamed(name);
  return {
    session: name,
    startUrl,
    region,
    clientId: "pending-client",
    clientSecret: new Secret("pending-client-secret"),
    registrationExpiresAt: START + 90 * DAY,
    deviceCode: new Secret("pending-device-code"),
    userCode: "WXYZ-WXYZ",
    verificationUri: `${startUrl}/#/device`,
    verificationUriComplete: `${startUrl}/#/device?user_code=WXYZ-WXYZ`,
    startedAt: START,
    expiresAt: START + 600_000,
    intervalMs: 5_000,
    nextPollAt: START + 5_000,
    ...more,
  };
}

/** Our config with one webhook for each of `channels`, and what `more` adds to the last section. */
export function writeChannels(system: FakeSystem, channels: readonly string[], more = ""): void {
  const sections = channels.map((name) => `[notify ${name}]\ntype = webhook\nurl = https://${name}.example.com/hook\n`);
  system.write(".config/sso-heal/config.ini", sections.join("") + more);
}

/** A session that needs a person, and our config; see {@link writeChannels}. */
export async function lostSession(names: readonly string[] = ["ops"], more = ""): Promise<FakeSystem> {
  const system = await fakeSystem();
  writeChannels(system, names, more);
  await writeLostSession(system, "corp");
  return system;
}
