// The commands by name: what each is for, and how to load it. Running one loads none of the others.
import type { CommandName } from "../sandbox/permissions.ts";
import { check } from "./check.ts";
import type { Command } from "./command.ts";

/** One row a command. */
export interface CommandRow {
  /** One sentence without a full stop. */
  readonly summary: string;
  load(): Promise<Command>;
}

/** In the order of the help. The type makes the names those of the permission table. */
export const REGISTRY: Readonly<Record<CommandName, CommandRow>> = {
  check: {
    summary: "Look at every session, refresh what is due, and prove that it works",
    load: () => Promise.resolve(check),
  },
  run: {
    summary: "Check again and again in the foreground, as in a container",
    load: async () => (await import("./run.ts")).run,
  },
  install: {
    summary: "Have launchd, systemd or cron run the checks, with nobody logged in",
    load: async () => (await import("./install.ts")).install,
  },
  uninstall: {
    summary: "Take that job out again; tokens and settings stay",
    load: async () => (await import("./uninstall.ts")).uninstall,
  },
  login: {
    summary: "Sign in again, with a link and a code for any browser",
    load: async () => (await import("./login.ts")).login,
  },
  logout: {
    summary: "Tell AWS that the session is over, and delete its files",
    load: async () => (await import("./logout.ts")).logout,
  },
  status: {
    summary: "Show every session and how long it will last, without any network",
    load: async () => (await import("./status.ts")).status,
  },
  logs: {
    summary: "Show the last lines of the log of sso-heal",
    load: async () => (await import("./logs.ts")).logs,
  },
  notify: {
    summary: "List the channels that messages go through, or send a test message",
    load: async () => (await import("./notify.ts")).notify,
  },
  export: {
    summary: "Print the credentials of one profile, for shells and SDKs",
    load: async () => (await import("./export.ts")).exportCredentials,
  },
  exec: {
    summary: "Run a program with the credentials of one profile",
    load: async () => (await import("./exec.ts")).exec,
  },
  console: {
    summary: "Print the link that signs you in to the AWS web console, or open it",
    load: async () => (await import("./console.ts")).console,
  },
  sync: {
    summary: "Write keys into ~/.aws/credentials, for programs without SSO",
    load: async () => (await import("./sync.ts")).sync,
  },
  profiles: {
    summary: "List the profiles that use SSO, and the session of each",
    load: async () => (await import("./profiles.ts")).profiles,
  },
};

/** The row of `word`; undefined when it is no command. */
export function commandRow(word: string): CommandRow | undefined {
  return Object.hasOwn(REGISTRY, word) ? REGISTRY[word as CommandName] : undefined;
}
