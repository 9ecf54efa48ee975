// Passes the signals of this process on to the program that runs in its place, so that it gets each of them once.
import { sleep } from "../system/deno_system.ts";
import { sendSignal } from "../system/send_signal.ts";
import { SignalWitness } from "../system/signal_witness.ts";

const SIGNALS: readonly Deno.Signal[] = ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGINT", "SIGQUIT"];
/** The keys of a terminal: they go to its whole foreground group. */
const KEYS: readonly Deno.Signal[] = ["SIGINT", "SIGQUIT"];

/** A service manager sends a signal to one process after the other; within this time it has come to all. */
const MOMENT_MS = 100;
/** What comes so soon after a signal to the group is the same one, passed on by the process that started this one. */
const ONE_REQUEST_MS = 1000;

/**
 * From {@link PassedSignals.listen} on no signal but SIGKILL ends this process; `passTo` names who is to get them.
 *
 * A second signal means "at any price" to many programs. So what is sent to the whole process group (Ctrl-C, `systemctl
 * stop`, `timeout`) and thus to the program too is left to the sender; what is sent to this process alone is passed on, a
 * moment later. One that this process was started to ignore (`nohup`) stays ignored.
 *
 * Left are machines without a shell, where nothing can tell the two apart: there all is passed on, but for the keys at a
 * terminal.
 */
export class PassedSignals {
  readonly #witness?: SignalWitness;
  readonly #listeners: readonly (readonly [Deno.Signal, () => void])[];
  readonly #deciding = new Set<Deno.Signal>();
  readonly #groupGotAt = new Map<Deno.Signal, number>();
  readonly #over = new AbortController();
  #child?: Deno.ChildProcess;

  private constructor(ignored: readonly Deno.Signal[], witness?: SignalWitness) {
    this.#witness = witness;
    this.#listeners = SIGNALS.filter((signal) => !ignored.includes(signal)).map((signal) =>
      [signal, () => void this.#received(signal)] as const
    );
    for (const [signal, listener] of this.#listeners) Deno.addSignalListener(signal, listener);
  }

  static async listen(): Promise<PassedSignals> {
    const started = await SignalWitness.start(SIGNALS);
    return new PassedSignals(started?.ignored ?? [], started?.witness);
  }

  /** To be called as soon as the program has started. */
  passTo(child: Deno.ChildProcess): void {
    this.#child = child;
    // What came to the group before may not have come to the program. It counts as sent to this process alone: better
    // twice in the first moment than never.
    void this.#witness?.seen();
  }

  /** Signals end this process as usual again. */
  async end(): Promise<void> {
    for (const [signal, listener] of this.#listeners) Deno.removeSignalListener(signal, listener);
    this.#over.abort();
    await this.#witness?.end();
  }

  async #received(signal: Deno.Signal): Promise<void> {
    if (this.#deciding.has(signal)) return;
    this.#deciding.add(signal);
    try {
      await sleep(MOMENT_MS, [this.#over.signal]);
    } catch {
      return; // the program has ended
    }
    const alone = !await this.#reachedGroup(signal);
    this.#deciding.delete(signal);
    if (alone && this.#child !== undefined) sendSignal(this.#child, signal);
  }

  async #reachedGroup(signal: Deno.Signal): Promise<boolean> {
    if (this.#witness === undefined) return KEYS.includes(signal) && isAtTerminal();
    for (const seen of await this.#witness.seen(this.#child?.pid)) this.#groupGotAt.set(seen, performance.now());
    return performance.now() - (this.#groupGotAt.get(signal) ?? -ONE_REQUEST_MS) < ONE_REQUEST_MS;
  }
}

function isAtTerminal(): boolean {
  return [Deno.stdin, Deno.stdout, Deno.stderr].some((stream) => stream.isTerminal());
}
