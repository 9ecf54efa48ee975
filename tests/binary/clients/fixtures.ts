// A home as a client left it, as if it had done so just now: fixtures are of one day, their tokens have long run out.
import { BINARY } from "../support/home.ts";

export const FIXTURE_FOLDER = new URL("../../fixtures/", import.meta.url).pathname;

/** The part of `status --json` that the tests look at. */
export interface Status {
  readonly sessions: readonly {
    readonly name: string;
    readonly state: string;
    readonly refreshable?: boolean;
    readonly accessTokenExpiresAt?: string;
    readonly error?: unknown;
    readonly profiles: readonly { readonly name: string; readonly credentialsExpireAt?: string }[];
  }[];
}

/** Life of the access tokens in the fixtures. */
const LIFE_MS = 8 * 3_600_000;
const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/g;

/** What the program says of a fixture, and when its access token ends (epoch milliseconds). */
export async function statusOfFixture(folder: string): Promise<{ code: number; status: Status; expiresAt: number }> {
  const from = `${FIXTURE_FOLDER}${folder}/.aws`;
  const home = await Deno.realPath(await Deno.makeTempDir({ prefix: "sso-heal-fixture-" }));
  try {
    const tokenEnd = endOfToken(`${from}/sso/cache`);
    const shiftMs = Math.floor(Date.now() / 1000) * 1000 + LIFE_MS - tokenEnd;
    copyShifted(from, `${home}/.aws`, Math.round(shiftMs / 1000) * 1000);
    const { code, stdout } = await new Deno.Command(BINARY, {
      args: ["status", "--json"],
      cwd: home,
      clearEnv: true,
      env: { HOME: home, PATH: "/usr/bin:/bin" },
      stdin: "null",
      stderr: "inherit",
    }).output();
    const status = JSON.parse(new TextDecoder().decode(stdout));
    return { code, status, expiresAt: endOfToken(`${home}/.aws/sso/cache`) };
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

/** Moves every time in the caches and leaves the rest of each file as the client wrote it. */
function copyShifted(from: string, to: string, shiftMs: number): void {
  Deno.mkdirSync(to, { mode: 0o700 });
  for (const { name, isDirectory } of Deno.readDirSync(from)) {
    if (isDirectory) {
      copyShifted(`${from}/${name}`, `${to}/${name}`, shiftMs);
      continue;
    }
    const text = Deno.readTextFileSync(`${from}/${name}`);
    const moved = text.replaceAll(INSTANT, (at) => new Date(Date.parse(`${at}Z`) + shiftMs).toISOString().slice(0, 19));
    Deno.writeTextFileSync(`${to}/${name}`, moved, { mode: 0o600 });
  }
}

function endOfToken(cache: string): number {
  for (const { name } of Deno.readDirSync(cache)) {
    const { accessToken, expiresAt } = JSON.parse(Deno.readTextFileSync(`${cache}/${name}`));
    if (accessToken !== undefined) return Date.parse(expiresAt);
  }
  throw new Error(`no token in ${cache}`);
}
