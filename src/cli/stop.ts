// How the program ends when the user or the service manager asks for it, or nobody reads its output any more.
import { EXIT, UserError } from "../domain/problem.ts";
import type { Terminal } from "../system/system.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
type Signal = typeof SIGNALS[number];

/** One Ctrl-C can arrive twice: from the terminal, and from the parent that started this process in the home. */
const ONE_REQUEST_MS = 1000;

/** The reader of standard output has gone (`| head -1`): nothing to say, and nobody to say it to. */
export class OutputClosed extends UserError {
  constructor() {
    super("Nobody reads the output any more", [], EXIT.temporary);
  }
}

/**
 * The first signal only aborts {@link Stop.signal}: all waiting ends, while an answer of AWS that is under way can still
 * be saved (it may carry the only refresh token there is). A second one, later than `oneRequestMs` after it, ends the
 * process at once.
 */
export class Stop {
  readonly #controller = new AbortController();
  readonly #terminal: () => Pick<Terminal, "err">;
  readonly #oneRequestMs: number;
  readonly #listeners: Array<readonly [Signal, () => void]> = [];
  #timer?: ReturnType<typeof setTimeout>;
  #notice?: string;

  /** `terminal` is asked for only when there is something to say. */
  constructor(terminal: () => Pick<Terminal, "err">, oneRequestMs: number = ONE_REQUEST_MS) {
    this.#terminal = terminal;
    this.#oneRequestMs = oneRequestMs;
  }

  /** Aborted with a {@link UserError} as the reason. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * Begins to listen; before, a signal ends the process as usual. With `notice`, what is said at the first one, no other
   * is heard any more: the command comes to its end by itself.
   */
  listen(notice?: string): AbortSignal {
    this.#notice ??= notice;
    if (this.#listeners.length > 0) return this.signal;
    for (const name of SIGNALS) {
      const listener = () => this.#received(name);
      Deno.addSignalListener(name, listener);
      this.#listeners.push([name, listener]);
    }
    return this.signal;
  }

  /** There is no point in waiting for anything any more. */
  outputClosed(): void {
    this.#controller.abort(new OutputClosed());
  }

  /** Stops listening: a signal ends the process as usual again. */
  close(): void {
    // Not for nothing: Deno 2.9 loads a module of Node for the first call.
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    for (const [name, listener] of this.#listeners) Deno.removeSignalListener(name, listener);
    this.#listeners.length = 0;
  }

  #received(name: Signal): void {
    if (this.signal.aborted) return;
    const how = name === "SIGINT" ? "Ctrl-C" : name;
    this.#controller.abort(new UserError(`Stopped by ${how}`, [], EXIT.temporary));
    if (this.#notice !== undefined) {
      this.#terminal().err(`sso-heal: ${this.#notice}\n`);
      return;
    }
    this.#timer = setTimeout(() => {
      this.close();
      if (name === "SIGINT") {
        this.#terminal().err("sso-heal: finishing what is under way with AWS; press Ctrl-C again to end at once\n");
      }
    }, this.#oneRequestMs);
  }
}
