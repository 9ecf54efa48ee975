// Opens a secret link in the browser of this machine: the browser is given a plain address of the loopback, which sends it
// on, because every user of a machine can read the arguments of a program.
import { listenToSendOn, SEND_ON_MS } from "../aws/browser_login_listener.ts";
import type { Secret } from "../domain/secret.ts";
import type { RunAnswer, RunCall } from "../notify/run_worker.ts";
import { startCallbackWorker } from "../sandbox/aws_worker.ts";
import { startRunWorker } from "../sandbox/notify_worker.ts";
import { WorkerCalls } from "../sandbox/worker_calls.ts";
import type { System } from "../system/system.ts";
import { answerOrStop } from "./browser_sign_in_wait.ts";

/** Whether a browser has come for the link; if not, why, as a clause. */
export type Opened = { readonly ok: true } | { readonly ok: false; readonly why: string };

/** The browser of this machine. */
export interface Browser {
  /** Once. @throws {UserError} when the program is to end meanwhile. */
  open(link: Secret): Promise<Opened>;
}

type Here = Pick<System, "env" | "os" | "sleep">;

/** What starts the two workers; handed in by tests. */
export interface BrowserWorkers {
  /** Listens on this machine. */
  listener(): Worker;
  /** May start one program. */
  program(name: string): Worker;
}

const WORKERS: BrowserWorkers = { listener: startCallbackWorker, program: startRunWorker };

/** Some end with an error although the page is on its way. */
const GRACE_MS = 1_000;
/** Without a desktop the program may be the browser itself, which stays: it must not be ended. */
const NEVER_MS = 2 ** 31 - 1;

/**
 * Gets ready to open one link. Before `connect` only: then no worker can be started any more.
 *
 * The worker that starts the browser is left alone in the end: its end would be that of its program.
 */
export function prepareBrowser({ env, os, sleep }: Here, workers: BrowserWorkers = WORKERS): Browser {
  const program = browserProgram(os, env);
  if (program === undefined) return unable("this session has no desktop");
  const [listening, starting] = [workers.listener(), workers.program(program)];
  return {
    async open(link) {
      const path = `/${crypto.randomUUID()}`;
      const listener = await listenToSendOn(listening, path, link);
      try {
        const job = { path: program, args: [`http://127.0.0.1:${listener.port}${path}`], env: passedOn(env) };
        const call: Omit<RunCall, "id"> = { job, timeoutMs: NEVER_MS };
        const failed = new WorkerCalls<RunAnswer>(starting).call(call).then(async (answer): Promise<Opened> => {
          const why = "gone" in answer ? "the part that starts it ended" : failureOf(answer);
          // It has done its part: the browser may take its time.
          if (why === undefined) return await new Promise(() => {});
          await sleep(GRACE_MS);
          return { ok: false, why: `${program}: ${why}` };
        });
        return await Promise.race([failed, answerOrStop({ sleep }, listener, SEND_ON_MS).then(said)]);
      } finally {
        listener.close();
      }
    },
  };
}

function said(answer: { readonly result: string; readonly error?: string }): Opened {
  if (answer.result === "sent-on") return { ok: true };
  return { ok: false, why: answer.error ?? `no browser came within ${SEND_ON_MS / 60_000} min` };
}

function failureOf({ result }: RunAnswer): string | undefined {
  return result.ok ? undefined : result.message;
}

function unable(why: string): Browser {
  return { open: () => Promise.resolve({ ok: false, why }) };
}

/**
 * The program that opens pages, undefined where a person could not see them. `$BROWSER` counts where it is one word; its
 * other forms are understood by xdg-open.
 */
export function browserProgram(os: System["os"], env: System["env"]): string | undefined {
  const { BROWSER: own = "" } = env;
  if (/^[\w/][\w./+-]*$/.test(own)) return own;
  if (os === "darwin") return "/usr/bin/open";
  return env.DISPLAY || env.WAYLAND_DISPLAY ? "xdg-open" : undefined;
}

/** All of the caller's own: a desktop needs more than can be listed. The runtime refuses those of the dynamic linker. */
function passedOn(env: System["env"]): Record<string, string> {
  const own = Object.entries(env).filter(([name]) => !/^(LD_|DYLD_|DENO_|SSO_HEAL_)/.test(name));
  return Object.fromEntries(own.filter((pair): pair is [string, string] => pair[1] !== undefined));
}
