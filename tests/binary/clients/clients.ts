// The official clients that users have, one row a client, and how a test says that one is not installed.
import type { Scene } from "./scene.ts";

export interface Client {
  readonly name: string;
  readonly program: string;
  /** Words before those of {@link Client.identity}, for programs that run a script. */
  readonly identity: readonly string[];
  /** Files without which it cannot run. */
  readonly files: readonly string[];
  /** The package of Debian that has them. */
  readonly debian: string;
  /** Seconds before the end of an access token at which it refreshes (fact of its source, and seen). */
  readonly refreshesAtS: number;
  /** Whether it takes role credentials from `~/.aws/cli/cache`, so that it asks nobody but STS. */
  readonly readsRoleCache: boolean;
  /** How it reaches the simulator, for one that knows neither HTTPS_PROXY nor AWS_CA_BUNDLE. */
  readonly reach?: (scene: Scene) => Record<string, string>;
}

const HERE = new URL(".", import.meta.url).pathname;
const NODE = inPath("node");

export const AWS_CLI: Client = {
  name: "Debian's aws",
  program: "/usr/bin/aws",
  identity: ["sts", "get-caller-identity", "--query", "Arn", "--output", "text"],
  files: ["/usr/bin/aws"],
  debian: "awscli",
  refreshesAtS: 900,
  readsRoleCache: true,
};

export const CLIENTS: readonly Client[] = [
  AWS_CLI,
  {
    name: "boto3",
    program: "/usr/bin/python3",
    identity: [`${HERE}identity.py`],
    files: ["/usr/bin/python3", "/usr/lib/python3/dist-packages/boto3"],
    debian: "python3-boto3",
    refreshesAtS: 900,
    readsRoleCache: false,
  },
  {
    name: "the AWS SDK for JavaScript",
    program: NODE,
    identity: [`${HERE}identity.mjs`],
    files: [NODE],
    debian: "nodejs",
    refreshesAtS: 300,
    readsRoleCache: false,
    reach: ({ aws, env }) => ({ AWS_ENDPOINT_URL: aws.url, NODE_EXTRA_CA_CERTS: env.AWS_CA_BUNDLE }),
  },
];

/** A test that needs `client`: skipped with a word where it is not installed, but in CI it fails then. */
export function clientTest(client: Client, name: string, use: (t: Deno.TestContext) => Promise<void>): void {
  const missing = client.files.find((path) => !exists(path));
  const inCi = Deno.env.get("CI") === "true";
  const reason = `${client.name} is not installed (Debian: apt-get install ${client.debian})`;
  if (missing !== undefined && !inCi) console.log(`skipped: "${name}": ${reason}`);
  const fn = missing === undefined ? use : () => Promise.reject(new Error(`${reason}: there is no ${missing}`));
  Deno.test({ name, ignore: missing !== undefined && !inCi, fn });
}

/** The ARN that the client says it is, with the credentials of `profile`. Throws what it said when it fails. */
export async function identityOf(client: Client, scene: Scene, profile: string): Promise<string> {
  const { code, out, err } = await scene.run(client.program, client.identity, {
    AWS_PROFILE: profile,
    ...client.reach?.(scene),
  });
  if (code !== 0) throw new Error(`${client.name} ended with ${code}: ${out}${err}`);
  return out.trim();
}

function inPath(program: string): string {
  const folders = (Deno.env.get("PATH") ?? "").split(":").filter((folder) => folder.startsWith("/"));
  return [...folders, "/usr/bin"].map((folder) => `${folder}/${program}`).find(exists) ?? `/usr/bin/${program}`;
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
