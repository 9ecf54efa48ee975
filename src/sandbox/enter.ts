// The first thing that runs: finds the home, starts itself there once if need be, and drops every grant not needed.
import { type CommandGrants, ENV, grantsOf, HOME_FOLDERS } from "./permissions.ts";

/** Where the program runs and what it was told by the environment. */
export interface Place {
  /** Physical path of the home directory. */
  readonly home: string;
  /** Directory the user started the program in. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Either the program goes on here, or it ran to its end in a child and `exitCode` is to be passed on. */
export type Entry = { readonly place: Place } | { readonly exitCode: number };

/**
 * Enters the sandbox for the command line `args`.
 *
 * The grants of the binary are relative to the directory it starts in, so it must start in the home. Started elsewhere
 * it starts itself there once; `SSO_HEAL_CWD` carries the original directory and tells the child that it has arrived.
 * The same restart hands a private CA outside the granted folders to the runtime (`DENO_CERT`).
 *
 * @throws {Error} when there is no home to work in; the text is for the user.
 */
export async function enter(args: readonly string[]): Promise<Entry> {
  const env: Record<string, string | undefined> = {};
  for (const name of ENV) env[name] = Deno.env.get(name);

  const here = Deno.cwd();
  const arrived = env.SSO_HEAL_CWD !== undefined;
  const home = arrived ? here : env.HOME || await homeOfAccount();
  const caFile = foreignCaFile(env, home);
  if (Deno.build.standalone && ((!arrived && home !== here) || (caFile !== undefined && !arrived))) {
    return { exitCode: await restart(args, home, here, caFile) };
  }
  drop(grantsOf(args[0]));
  return { place: { home: here, cwd: env.SSO_HEAL_CWD ?? here, env } };
}

async function homeOfAccount(): Promise<string> {
  const { userInfo } = await import("node:os");
  return userInfo().homedir;
}

/** A CA bundle that the runtime itself must load, because it lies outside the folders this program may read. */
function foreignCaFile(env: Record<string, string | undefined>, home: string): string | undefined {
  const file = env.AWS_CA_BUNDLE;
  if (!file || env.DENO_CERT) return undefined;
  const inside = HOME_FOLDERS.some((folder) =>
    file.startsWith(`${home}/${folder}/`) || file.startsWith(`~/${folder}/`)
  );
  return inside ? undefined : file;
}

async function restart(args: readonly string[], home: string, cwd: string, caFile?: string): Promise<number> {
  const env: Record<string, string> = { SSO_HEAL_CWD: cwd };
  if (caFile !== undefined) env.DENO_CERT = caFile;
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(Deno.execPath(), {
      args: [...args],
      cwd: home,
      env,
      stdin: "inherit",
      stdout: "inherit",
      stderr: "inherit",
    }).spawn();
  } catch (error) {
    throw new Error(`Cannot start in the home directory "${home}": ${(error as Error).message}`);
  }
  // A terminal signals the whole group; a service manager or `kill` only this process.
  for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"] as const) {
    Deno.addSignalListener(signal, () => {
      try {
        child.kill(signal);
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // the child has ended already
      }
    });
  }
  const { code } = await child.status;
  return code;
}

/** Drops what the command never needs. A dropped grant cannot come back: the binary never prompts. */
function drop(grants: CommandGrants): void {
  revoke("env", "run", "sys");
  if (!grants.net) revoke("net");
  if (!grants.write) revoke("write");
}

/** Drops whole kinds of permission for the rest of the process. */
export function revoke(...kinds: Array<"env" | "run" | "sys" | "net" | "write" | "read">): void {
  if (!Deno.build.standalone) return; // under `deno test` the test itself still needs them
  for (const name of kinds) Deno.permissions.revokeSync({ name });
}
