// One home that sso-heal and the official clients share, with AWS under its real host names for all of them.
import { startConnectProxy } from "../../aws/connect_proxy.ts";
import type { IssueOptions } from "../../aws/issue_session.ts";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../aws/simulator.ts";
import { BINARY, type Ended } from "../support/home.ts";

/** `dev` and `other` have a session each; `legacy` names its start URL itself. Names of files: {@link FILES}. */
const CONFIG = `[sso-session corp]
sso_start_url = https://sim.awsapps.com/start
sso_region = us-east-1
sso_registration_scopes = sso:account:access

[sso-session second]
sso_start_url = https://sim.awsapps.com/start
sso_region = us-east-1
sso_registration_scopes = sso:account:access

[profile dev]
sso_session = corp
sso_account_id = 100000000001
sso_role_name = AdministratorAccess
region = eu-west-1

[profile other]
sso_session = second
sso_account_id = 100000000002
sso_role_name = ReadOnlyAccess
region = eu-west-1

[profile legacy]
sso_start_url = https://sim.awsapps.com/start
sso_region = us-east-1
sso_account_id = 100000000002
sso_role_name = ReadOnlyAccess
region = eu-west-1
`;

/** The sessions of the home: sso-heal's name for it, a profile of it, and who that profile is. */
export const SESSIONS = {
  corp: { session: "corp", profile: "dev", arn: arn("100000000001", "AdministratorAccess") },
  second: { session: "second", profile: "other", arn: arn("100000000002", "ReadOnlyAccess") },
  legacy: {
    session: "https://sim.awsapps.com/start",
    profile: "legacy",
    arn: arn("100000000002", "ReadOnlyAccess"),
  },
} as const;

/** Token files (sha1 of the session's name); known answers, not computed by the code under test. */
export const FILES: Readonly<Record<keyof typeof SESSIONS, string>> = {
  corp: "ee0bfd2552fbd840c02cc48b6e823320543c450f.json",
  second: "352f7829a2384b001cc12b0c2613c756454a1f6a.json",
  legacy: "9543de644b3558fb8b832a46caf8b7b376a50c3e.json",
};

export class Scene {
  constructor(readonly aws: Simulator, readonly home: string, readonly env: Readonly<Record<string, string>>) {}

  /** Runs a program with nothing in its environment but what reaches the simulator. */
  async run(program: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
    const { code, stdout, stderr } = await this.command(program, args, env).output();
    return { code, out: text(stdout), err: text(stderr) };
  }

  command(program: string, args: readonly string[], env: Record<string, string> = {}): Deno.Command {
    return new Deno.Command(program, {
      args: [...args],
      cwd: this.home,
      clearEnv: true,
      env: { ...this.env, ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  }

  heal(...args: string[]): Promise<Ended> {
    return this.run(BINARY, args);
  }

  /** What `check --json` says of one session, with its exit code. */
  async check(key: keyof typeof SESSIONS, ...more: string[]): Promise<Record<string, unknown> & { code: number }> {
    const { code, out, err } = await this.heal("check", "--json", "--session", SESSIONS[key].session, ...more);
    if (out === "") throw new Error(`check ended with ${code}: ${err}`);
    return { ...JSON.parse(out).sessions[0], code };
  }

  /** Operations that AWS was asked for since the last call of {@link forget}. */
  asked(): string[] {
    return this.aws.requests.map(({ operation }) => operation);
  }

  forget(): void {
    this.aws.requests.length = 0;
  }

  /** Puts a session there as a client would have left it. */
  async seed(key: keyof typeof SESSIONS, options: IssueOptions = {}): Promise<void> {
    const { token } = this.aws.issueSession({ sessionName: SESSIONS[key].session, ...options });
    await Deno.mkdir(`${this.home}/.aws/sso/cache`, { recursive: true });
    await Deno.writeTextFile(this.tokenPath(key), JSON.stringify(token), { mode: 0o600 });
  }

  tokenPath(key: keyof typeof SESSIONS): string {
    return `${this.home}/.aws/sso/cache/${FILES[key]}`;
  }

  async token(key: keyof typeof SESSIONS): Promise<Record<string, string>> {
    return JSON.parse(await Deno.readTextFile(this.tokenPath(key)));
  }

  /** Moves the end of the access token, in the file only and in the style of whoever wrote it. */
  async leave(key: keyof typeof SESSIONS, leftS: number): Promise<void> {
    const end = new Date(Date.now() + leftS * 1000).toISOString().slice(0, 19);
    const before = await Deno.readTextFile(this.tokenPath(key));
    const after = before.replace(/("expiresAt": ?")[0-9T:-]{19}/, `$1${end}`);
    if (after === before) throw new Error(`${FILES[key]} has no expiresAt of the known form`);
    await Deno.writeTextFile(this.tokenPath(key), after);
  }
}

/** Gives `use` a fresh home and a simulator that approves each login by itself. */
export async function withScene(use: (scene: Scene) => Promise<void>, options: SimulatorOptions = {}): Promise<void> {
  await using aws = await startSimulator({ tls: true, autoApprove: true, intervalS: 0, ...options });
  await using proxy = startConnectProxy({ target: aws.port });
  const home = await Deno.realPath(await Deno.makeTempDir({ prefix: "sso-heal-clients-" }));
  try {
    await Deno.mkdir(`${home}/.aws`);
    await Deno.writeTextFile(`${home}/.aws/config`, CONFIG);
    // Where every one of them may read it.
    const authority = `${home}/.aws/authority.pem`;
    await Deno.copyFile(aws.caFile ?? "", authority);
    const env = { PATH: "/usr/bin:/bin", HOME: home, HTTPS_PROXY: proxy.url, AWS_CA_BUNDLE: authority };
    await use(new Scene(aws, home, { ...env, AWS_EC2_METADATA_DISABLED: "true" }));
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

function arn(account: string, role: string): string {
  return `arn:aws:sts::${account}:assumed-role/AWSReservedSSO_${role}_0123456789abcdef/alice@example.com`;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
