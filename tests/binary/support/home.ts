// A throw-away home in which a test runs the compiled program as a user does: own files, own environment, no network.
import type { IssuedSession } from "../../aws/issue_session.ts";

/** The program under test; SSO_HEAL_BINARY names another build of it. */
export const BINARY = Deno.env.get("SSO_HEAL_BINARY") ?? new URL("../../../dist/sso-heal", import.meta.url).pathname;

/** A test that forgets its simulator must not reach AWS. Nobody listens on port 1. */
const NOWHERE = "http://127.0.0.1:1";

export interface HomeOptions {
  /** Where every call to AWS goes: a simulator, or anything with a URL. Without it every connection is refused. */
  readonly aws?: { readonly url: string; readonly caFile?: string };
  /** Text of `.aws/config`; null for no such file. Default: `configFor(sessions)`. */
  readonly config?: string | null;
  /** Names of the sessions in the config file; default `corp`. */
  readonly sessions?: readonly string[];
  /** Set for every run in this home; wins over what follows from `aws`. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface RunOptions {
  /** Wins over the environment of the home. */
  readonly env?: Readonly<Record<string, string>>;
  /** Text for standard input; without it that is empty. */
  readonly input?: string;
  /** Default: the home itself. */
  readonly cwd?: string;
}

/** How a run ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Config file with one `[sso-session]` a name, each with one profile: `dev` for `corp`, else `NAME-dev`. */
export function configFor(sessions: readonly string[] = ["corp"]): string {
  return sessions.map((name) =>
    `[sso-session ${name}]
sso_start_url = https://sim.awsapps.com/start
sso_region = us-east-1
sso_registration_scopes = sso:account:access

[profile ${name === "corp" ? "dev" : `${name}-dev`}]
sso_session = ${name}
sso_account_id = 012345678901
sso_role_name = ReadOnly
region = eu-west-1
`
  ).join("\n");
}

export class Home {
  /** The whole environment of a run. */
  readonly env: Readonly<Record<string, string>>;

  /** Use {@link makeHome}. `path` is physical. */
  constructor(readonly path: string, options: HomeOptions) {
    const { aws } = options;
    this.env = {
      HOME: path,
      PATH: "/usr/bin:/bin",
      AWS_ENDPOINT_URL: aws?.url ?? NOWHERE,
      ...(aws?.caFile && { AWS_CA_BUNDLE: aws.caFile }),
      ...options.env,
    };
  }

  /** Absolute path of a file in this home. */
  file(name: string): string {
    return `${this.path}/${name}`;
  }

  read(name: string): string {
    return Deno.readTextFileSync(this.file(name));
  }

  /** Makes the folders on the way (0700) and the file (0600). */
  write(name: string, content: string | Uint8Array): string {
    const path = this.file(name);
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true, mode: 0o700 });
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    Deno.writeFileSync(path, bytes, { mode: 0o600 });
    return path;
  }

  /** Writes the token file as the AWS CLI does after a login; returns its path. */
  seed({ fileName, token }: Pick<IssuedSession, "fileName" | "token">): string {
    return this.write(`.aws/sso/cache/${fileName}`, JSON.stringify(token));
  }

  /** Runs the program to its end. */
  async run(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    const child = this.start(args, options);
    const [{ code, stdout, stderr }] = await Promise.all([child.output(), feed(child, options.input)]);
    const decoder = new TextDecoder();
    return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
  }

  /** Starts the program with all three streams piped; the caller ends it and its streams. */
  start(args: readonly string[], options: Omit<RunOptions, "input"> = {}): Deno.ChildProcess {
    return new Deno.Command(BINARY, {
      args: [...args],
      cwd: options.cwd ?? this.path,
      clearEnv: true,
      env: { ...this.env, ...options.env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  /** Text of every file below a folder of this home by its path, sorted; empty when there is no such folder. */
  texts(folder: string): Map<string, string> {
    const found = new Map<string, string>();
    const visit = (dir: string) => {
      for (const { name, isDirectory } of Deno.readDirSync(this.file(dir))) {
        if (isDirectory) visit(`${dir}/${name}`);
        else found.set(`${dir}/${name}`, this.read(`${dir}/${name}`));
      }
    };
    try {
      visit(folder);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return new Map([...found].sort());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** Makes the home. Throws when the program is not built. */
export async function makeHome(options: HomeOptions = {}): Promise<Home> {
  try {
    await Deno.stat(BINARY);
  } catch {
    throw new Error(`There is no ${BINARY}: run deno task build first`);
  }
  const home = new Home(await Deno.realPath(await Deno.makeTempDir({ prefix: "sso-heal-home-" })), options);
  const { config = configFor(options.sessions) } = options;
  if (config !== null) home.write(".aws/config", config);
  return home;
}

async function feed(child: Deno.ChildProcess, input = ""): Promise<void> {
  const writer = child.stdin.getWriter();
  try {
    if (input !== "") await writer.write(new TextEncoder().encode(input));
    await writer.close();
  } catch {
    // A program that does not read may end first.
  }
}
