// The main program's side of a worker that starts one program: a delivery in, its outcome out, never an exception.
import type { Secret } from "../domain/secret.ts";
import { CLOSED, type Gone, WorkerCalls } from "../sandbox/worker_calls.ts";
import type { ChannelSettings, Delivery, DeliveryResult } from "./protocol.ts";
import { failureOf } from "./failure.ts";
import type { Job, RunAnswer } from "./run_worker.ts";

/** What a program finds in its environment: enough for the desktop's message bus, a shell script and its language. */
const PASSED_ON =
  /^(HOME|PATH|USER|LOGNAME|LANG|LC_\w+|TZ|DISPLAY|WAYLAND_DISPLAY|DBUS_SESSION_BUS_ADDRESS|XDG_RUNTIME_DIR)$/;

/** Over a worker of `notify/run_worker.ts`. */
export class RunClient {
  readonly #calls: WorkerCalls<RunAnswer>;
  readonly #env: Readonly<Record<string, string>>;

  constructor(worker: Worker, env: Readonly<Record<string, string | undefined>>) {
    this.#calls = new WorkerCalls(worker);
    this.#env = Object.fromEntries(
      Object.entries(env).filter((pair): pair is [string, string] => PASSED_ON.test(pair[0]) && pair[1] !== undefined),
    );
  }

  /** Hands `delivery` to the program of `settings` (the JSON of `ChannelSettings`). */
  async send(settings: Secret, delivery: Delivery): Promise<DeliveryResult> {
    if (this.#calls.gone !== undefined) return ended(this.#calls.gone);
    let job: Job | undefined;
    try {
      job = await jobOf(JSON.parse(settings.reveal()) as ChannelSettings, delivery);
    } catch (error) {
      // An address that is none is a mistake in the config, and says so.
      if (error instanceof Error && error.name === "BadAddress") {
        return { ok: false, code: error.name, message: error.message };
      }
      return failureOf(error);
    }
    if (job === undefined) return { ok: false, code: "NotUsable", message: "this channel starts no program" };
    const answer = await this.#calls.call({ job: { ...job, env: this.#env } });
    return "gone" in answer ? ended(answer) : answer.result;
  }

  close(): void {
    this.#calls.close();
  }
}

/** What the runtime says of a dead worker names a program of the user: it is not repeated. */
function ended({ gone }: Gone): DeliveryResult {
  return { ok: false, code: "WorkerEnded", message: gone === CLOSED ? gone : "the worker ended" };
}

async function jobOf(settings: ChannelSettings, delivery: Delivery): Promise<Job | undefined> {
  switch (settings.type) {
    case "sendmail":
      return await (await import("./sendmail.ts")).sendmailJob(settings, delivery);
    case "desktop":
      return (await import("./desktop.ts")).desktopJob(settings, delivery);
    case "command":
      return await (await import("./command.ts")).commandJob(settings, delivery);
    default:
      return undefined;
  }
}
