// Runs a program with the credentials of one profile in its environment.
//
// This process starts programs, so it never has the network: what must be asked of AWS, `export` asks in a process of its
// own, and tells it through a pipe.
import { childEnv } from "../domain/child_env.ts";
import { UserError } from "../domain/problem.ts";
import { Secret } from "../domain/secret.ts";
import { type Credentials, credentialVariables } from "../render/credentials.ts";
import type { Context } from "./context.ts";
import { runAttached } from "./exec_program.ts";
import type { AttachedProgram } from "./exec_start.ts";
import { keptCredentials } from "./role_credentials.ts";

export interface ExecOptions {
  /** Whose credentials. */
  readonly profile: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Options of `export` on how much to say. */
  readonly talk: readonly string[];
}

interface Found {
  readonly credentials: Credentials;
  readonly region?: string;
}

/** Longer than `export` takes at most. */
const TIMEOUT_MS = 120_000;

/**
 * Gives the exit code of the program, or that of `export` when there are no credentials; that has said why.
 *
 * @param run starts the program; handed in by tests
 * @throws {UserError} for a profile that cannot be used, and as {@link runAttached} does.
 */
export async function execute(
  { system }: Context,
  { profile, program, args, talk }: ExecOptions,
  run: (attached: AttachedProgram) => Promise<number> = runAttached,
): Promise<number> {
  let found: Found | undefined = await keptCredentials(system, profile);
  if (found === undefined) {
    const asked = await system.run({
      program: Deno.execPath(),
      args: ["export", `--profile=${profile}`, "--format=json", ...talk],
      env: defined(system.env),
      cwd: system.home,
      together: true,
      timeoutMs: TIMEOUT_MS,
    });
    if (asked.stderr !== "") system.terminal.err(asked.stderr);
    if (asked.code !== 0) return asked.code;
    found = understand(asked.stdout);
  }
  const env = childEnv(system.env, credentialVariables(found.credentials), found.region);
  return await run({ program, args, cwd: system.cwd, env });
}

function defined(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined));
}

/** @throws {UserError} without the words of the parser, which quote what they parse. */
function understand(document: string): Found {
  try {
    const { accessKeyId, secretAccessKey, sessionToken, expiresAt, region } = JSON.parse(document);
    const keys = { secretAccessKey: new Secret(secretAccessKey), sessionToken: new Secret(sessionToken) };
    return { credentials: { accessKeyId, ...keys, expiresAt: Date.parse(expiresAt) }, region };
  } catch {
    throw new UserError("Cannot read the credentials that sso-heal export gave", ["this is a bug: please report it"]);
  }
}
