// Opens a secret link in the browser of this machine. Every user of a machine can read the arguments of a program: so the
// browser is given a file that only this account can read, which leads to an address of this machine, which leads on once.
import { listenToSendOn, SEND_ON_MS, type SentOn } from "../aws/browser_login_listener.ts";
import { WATCH_MS } from "../aws/sign_in_redirect.ts";
import { UserError } from "../domain/problem.ts";
import type { Secret } from "../domain/secret.ts";
import type { RunAnswer, RunCall } from "../notify/run_worker.ts";
import { startCallbackWorker } from "../sandbox/aws_worker.ts";
import { startRunWorker } from "../sandbox/notify_worker.ts";
import { WorkerCalls } from "../sandbox/worker_calls.ts";
import { type Page, writePage } from "../store/hand_over.ts";
import type { System } from "../system/system.ts";
import { answerOrStop } from "./browser_sign_in_wait.ts";

/** Whether a browser has come for the link. */
export type Opened =
  /** `again`: somebody asked for the link after it was given away. */
  | { readonly ok: true; readonly again: boolean }
  /** `why` is a clause. */
  | { readonly ok: false; readonly why: string; readonly waitedMs: number };

/** What the person at the terminal is told meanwhile: who is waited for; then where to go if nothing has opened. */
export type Waiting = { readonly program: string; readonly forMs: number } | { readonly address: string };

/** The browser of this machine. */
export interface Browser {
  /**
   * Once. `tell` is for the eyes of the person alone, and absent where no terminal is: whoever has the address has the link.
   *
   * @throws {UserError} when the program is to end meanwhile.
   */
  open(link: Secret, tell?: (waiting: Waiting) => void): Promise<Opened>;
}

type Here = Pick<System, "env" | "os" | "sleep" | "now" | "home" | "cwd">;

/** What starts the two workers; handed in by tests. */
export interface BrowserWorkers {
  /** Listens on this machine. */
  listener(): Worker;
  /** May start one program. */
  program(name: string): Worker;
}

const WORKERS: BrowserWorkers = { listener: startCallbackWorker, program: startRunWorker };

/** Some end with an error although the page is on its way; and it is heard of only when the listener has ended. */
const GRACE_MS = WATCH_MS + 2_000;
/** Without a desktop the program may be the browser itself, which stays: it must not be ended. */
const NEVER_MS = 2 ** 31 - 1;
/** A browser that cannot read the file shows that at once; one that is slow to start comes all the same. */
const ADDRESS_AFTER_MS = 5_000;
/** The listener ends by itself before: it may watch a little longer. */
const LISTENING_MS = SEND_ON_MS + 10_000;

/**
 * Gets ready to open one link. Before `connect` only: then no worker can be started any more.
 *
 * The worker that starts the browser is left alone in the end: its end would be that of its program.
 */
export function prepareBrowser(here: Here, workers: BrowserWorkers = WORKERS): Browser {
  const { env, sleep, now, home } = here;
  const program = browserProgram(here);
  if (program === undefined) return unable("this session has no desktop");
  const [listening, starting] = [workers.listener(), workers.program(program)];
  return {
    async open(link, tell = () => {}) {
      const begunAt = now();
      const path = `/${crypto.randomUUID()}`;
      const listener = await listenToSendOn(listening, path, link);
      const address = `http://127.0.0.1:${listener.port}${path}`;
      const over = new AbortController();
      let page: Page | undefined;
      const failed = (why: string): Opened => ({ ok: false, why, waitedMs: now() - begunAt });
      try {
        page = writePage(home, address, begunAt);
        const job = { path: program, args: [page.url], env: passedOn(env) };
        tell({ program, forMs: SEND_ON_MS });
        const unstarted = start(starting, job).then(async (why) => {
          await sleep(GRACE_MS);
          return failed(`${program}: ${why}`);
        });
        sleep(ADDRESS_AFTER_MS, over.signal).then(() => tell({ address }), () => {
          // It came, or the program is to end: whoever waits below is told as well.
        });
        const came = answerOrStop({ sleep }, listener, LISTENING_MS).then((answer) => openedBy(answer, failed));
        return await Promise.race([unstarted, came]);
      } catch (error) {
        if (page !== undefined || !(error instanceof UserError)) throw error;
        return failed(error.message);
      } finally {
        over.abort();
        listener.close();
        page?.remove();
      }
    },
  };
}

/** Why the program did not do its part; never when it did: the browser may take its time. */
async function start(worker: Worker, job: RunCall["job"]): Promise<string> {
  const call: Omit<RunCall, "id"> = { job, timeoutMs: NEVER_MS };
  const answer = await new WorkerCalls<RunAnswer>(worker).call(call);
  if ("gone" in answer) return "the part that starts it ended";
  return answer.result.ok ? await new Promise(() => {}) : answer.result.message;
}

function openedBy(answer: SentOn, failed: (why: string) => Opened): Opened {
  if (answer.result === "sent-on") return { ok: true, again: answer.again };
  return failed(answer.result === "failed" ? answer.error : `no browser came within ${SEND_ON_MS / 60_000} min`);
}

function unable(why: string): Browser {
  return { open: () => Promise.resolve({ ok: false, why, waitedMs: 0 }) };
}

/**
 * The program that opens pages, undefined where a person could not see them: a browser for the terminal would use the link
 * up unseen. `$BROWSER` counts where it is one word; its other forms are understood by xdg-open.
 */
export function browserProgram({ os, env, cwd }: Pick<Here, "os" | "env" | "cwd">): string | undefined {
  if (os === "linux" && !env.DISPLAY && !env.WAYLAND_DISPLAY) return undefined;
  const { BROWSER: own = "" } = env;
  if (!/^[\w/][\w./+-]*$/.test(own)) return os === "darwin" ? "/usr/bin/open" : "xdg-open";
  return own.includes("/") && !own.startsWith("/") ? `${cwd}/${own}` : own;
}

/** All of the caller's own: a desktop needs more than can be listed. The runtime refuses those of the dynamic linker. */
function passedOn(env: System["env"]): Record<string, string> {
  const own = Object.entries(env).filter(([name]) => !/^(LD_|DYLD_|DENO_|SSO_HEAL_)/.test(name));
  return Object.fromEntries(own.filter((pair): pair is [string, string] => pair[1] !== undefined));
}
