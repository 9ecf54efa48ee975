// The first thing that runs: finds the home, starts itself there once if need be, and drops every grant not needed.
import { type CommandGrants, grantsOf, HOME_FOLDERS, METRICS_FOLDERS } from "./permissions.ts";

type Env = Record<string, string | undefined>;

/** Where the program runs and what it was told by the environment. */
export interface Place {
  /** Physical path of the home directory. */
  readonly home: string;
  /** Directory the user started the program in. */
  readonly cwd: string;
  readonly env: Readonly<Env>;
  /** Names of this machine and this account, for messages to people; looked up only where there is a config. */
  readonly host: string;
  readonly user: string;
}

/** Either the program goes on here, or it ran to its end in a child and `exitCode` is to be passed on. */
export type Entry = { readonly place: Place } | { readonly exitCode: number };

/**
 * Enters the sandbox for the command line `args`.
 *
 * The grants of the binary are relative to the directory it starts in, so it must start in the home. Started elsewhere
 * it starts itself there once; `SSO_HEAL_CWD` carries the original directory. That variable alone proves nothing, since
 * any child of such a process inherits it: what counts is whether this directory is the home.
 *
 * @throws {Error} when there is no home to work in; the text is for the user.
 */
export async function enter(args: readonly string[]): Promise<Entry> {
  const env: Env = Deno.env.toObject();
  const here = Deno.cwd();
  if (Deno.build.standalone) {
    const home = await findHome(env, here);
    if (!isHere(home, here, env.SSO_HEAL_CWD !== undefined)) {
      return { exitCode: await restart(args, home, here) };
    }
    // What the installation of the job kept for its checks, and nobody else may read.
    if (args[0] === "check" && args.includes("--scheduled") && isThere(`${here}/.config/sso-heal/env`)) {
      await keepEnv(env, here);
    }
    trustMore(env, here);
  }
  // Without a config there are no channels: nobody to name, nothing to start.
  const configured = isThere(`${here}/.config/sso-heal`);
  const grants = grantsOf(args[0]);
  // A check has no time for it, and its timer no need.
  if (grants.run !== undefined && args[0] !== "check") learnOfEnds();
  // A job runs at the minutes of this machine.
  const isNamed = configured || grants.run === "self" || grants.run === "system";
  const { host, user } = isNamed ? await whoAmI(env) : { host: "", user: "" };
  drop(grants, configured);
  return { place: { home: here, cwd: env.SSO_HEAL_CWD ?? here, env, host, user } };
}

/** Into the process as well: the runtime looks for a proxy there, and for certificates. */
async function keepEnv(env: Env, home: string): Promise<void> {
  const { readKeptEnv } = await import("../store/kept_env.ts");
  for (const [name, value] of Object.entries(readKeptEnv(home))) {
    if (env[name]) continue;
    env[name] = value;
    Deno.env.set(name, value);
  }
}

/** Its own: what it shared with the command line would be one more file to load at every start. */
function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

async function whoAmI(env: Env): Promise<{ host: string; user: string }> {
  const host = Deno.build.standalone ? Deno.hostname() : "localhost";
  try {
    const { userInfo } = await import("node:os");
    return { host, user: userInfo().username };
  } catch {
    // A container may run under a user id without an account.
    return { host, user: env.USER ?? env.LOGNAME ?? "unknown" };
  }
}

async function findHome(env: Env, here: string): Promise<string> {
  if (env.HOME) {
    if (env.HOME.startsWith("/")) return env.HOME;
    throw new Error(`Cannot use HOME = "${env.HOME}": not an absolute path`);
  }
  try {
    const { userInfo } = await import("node:os");
    return userInfo().homedir;
  } catch {
    // A container may run under a user id without an account.
    if (env.SSO_HEAL_CWD !== undefined) return here;
    throw new Error("Cannot find the home directory: HOME is not set, and this user id has no account\n  → set HOME");
  }
}

/**
 * Whether `home` is the present directory, also by another name (a link, a final slash). Only the system can compare the
 * two, because no grant covers either. Where there is no shell, `told` decides: then nobody else can have set it either.
 */
function isHere(home: string, here: string, told: boolean): boolean {
  if (home === here) return true;
  learnOfEnds();
  try {
    const test = new Deno.Command("/bin/sh", {
      args: ["-c", `[ "$1" -ef . ]`, "sh", home],
      clearEnv: true,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    });
    return test.outputSync().success;
  } catch {
    return told;
  }
}

/**
 * Started by a program that ignores SIGCHLD, this one would not learn how those end that it starts itself: the system
 * forgets them at once ("No child processes"). Listening to it once takes that back for good.
 */
function learnOfEnds(): void {
  const nothing = () => {};
  Deno.addSignalListener("SIGCHLD", nothing);
  Deno.removeSignalListener("SIGCHLD", nothing);
}

/**
 * Lets the runtime trust the certificates of the system too, and a private CA that this program itself may not read.
 * The runtime looks at these variables when it makes its first TLS connection: no restart, and nothing for a check that
 * has nothing to do.
 */
function trustMore(env: Env, home: string): void {
  if (!env.DENO_TLS_CA_STORE) Deno.env.set("DENO_TLS_CA_STORE", "system,mozilla");
  const given = env.AWS_CA_BUNDLE;
  if (!given) return;
  const file = absolute(given, home, env.SSO_HEAL_CWD ?? home);
  env.AWS_CA_BUNDLE = file;
  if (HOME_FOLDERS.some((folder) => file.startsWith(`${home}/${folder}/`))) return;
  Deno.env.set("DENO_CERT", file);
  env.DENO_CERT = file;
}

function absolute(file: string, home: string, cwd: string): string {
  if (file.startsWith("/")) return file;
  return file.startsWith("~/") ? `${home}${file.slice(1)}` : `${cwd}/${file}`;
}

async function restart(args: readonly string[], home: string, cwd: string): Promise<number> {
  let child: Deno.ChildProcess | undefined;
  const signals: readonly Deno.Signal[] = ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2"];
  const ignored = args[0] === "exec" ? (await import("../system/ignored_signals.ts")).ignoredSignals(signals) : [];
  // A terminal signals the whole group; a service manager or `kill` only this process. Before the start, so that no
  // signal can end this process alone.
  for (const signal of signals.filter((each) => !ignored.includes(each))) {
    Deno.addSignalListener(signal, () => {
      try {
        child?.kill(signal);
      } catch (error) {
        // Deno says so of a child that has ended; the system of one that ended this moment.
        if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
      }
    });
  }
  try {
    child = new Deno.Command(Deno.execPath(), {
      args: [...args],
      cwd: home,
      env: { SSO_HEAL_CWD: cwd },
      stdin: "inherit",
      stdout: "inherit",
      stderr: "inherit",
    }).spawn();
  } catch (error) {
    throw new Error(`Cannot start in the home directory "${home}": ${whyNot(error)}\n  → set HOME`);
  }
  const { code } = await child.status;
  return code;
}

function whyNot(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (/No such cwd/.test(message)) return "it does not exist";
  if (/cwd is not a directory/.test(message)) return "it is not a directory";
  return message;
}

/** Drops what the command never needs. A dropped grant cannot come back: the binary never prompts. */
function drop(grants: CommandGrants, configured: boolean): void {
  if (!Deno.build.standalone) return; // under `deno test` the test itself still needs them
  const gone: Deno.PermissionDescriptor[] = [{ name: "env" }, { name: "sys" }];
  if (grants.run === undefined || (grants.run === "channels" && !configured)) gone.push({ name: "run" });
  if (!grants.net) gone.push({ name: "net" });
  if (!grants.write) gone.push({ name: "write" });
  if (!configured || !grants.write) {
    gone.push(
      ...METRICS_FOLDERS.flatMap((path) => [{ name: "read" as const, path }, { name: "write" as const, path }]),
    );
  }
  for (const grant of gone) Deno.permissions.revokeSync(grant);
}
