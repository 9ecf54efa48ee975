// Tells a signal to the whole process group, which reaches every program in it, from one to this process alone. Nothing
// that the runtime gives can: so a shell in the same group says which it got too.
import { ASK_IGNORED } from "./ignored_signals.ts";
import { sendSignal } from "./send_signal.ts";

/**
 * Answers each line that it reads with the names it got since, and a dot; the first answer, unasked, has those that are
 * ignored. Where the line has the number of a process of another group, `apart` is one more name. Some shells run a trap
 * only when the line has come, others end `read` for it: that is no end of the input.
 */
const SCRIPT = `${ASK_IGNORED}
group() {
  if [ -r "/proc/$1/stat" ]; then read -r line < "/proc/$1/stat"; set -- \${line##*) }; found=$3
  else found=$(ps -o pgid= -p "$1"); fi
}
for s in "$@"; do trap "woken=1; echo SIG$s" "$s"; done
echo .
while :; do
  woken=
  if read -r pid; then
    if [ "$pid" ]; then group "$pid"; its=$found; group $$; [ "$its" = "$found" ] || echo apart; fi
    echo .
  else [ "$woken" ] || exit 0; fi
done`;

const END = ".\n";

/** A shell that is sent what the whole group is sent. */
export class SignalWitness {
  readonly #child: Deno.ChildProcess;
  readonly #asks: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: ReadableStreamDefaultReader<string>;
  #unread = "";
  #last: Promise<unknown> = Promise.resolve();

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#asks = child.stdin.getWriter();
    this.#answers = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Undefined where there is no shell. `ignored` are those of `signals` that this process was started to ignore. */
  static async start(
    signals: readonly Deno.Signal[],
  ): Promise<{ readonly witness: SignalWitness; readonly ignored: readonly Deno.Signal[] } | undefined> {
    let child;
    try {
      child = new Deno.Command("/bin/sh", {
        args: ["-c", SCRIPT, "sh", ...signals.map((signal) => signal.slice("SIG".length))],
        cwd: "/",
        clearEnv: true,
        stdin: "piped",
        stdout: "piped",
        stderr: "null",
      }).spawn();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return undefined;
      throw error;
    }
    const witness = new SignalWitness(child);
    return { witness, ignored: await witness.#answer() as Deno.Signal[] };
  }

  /**
   * The signals that came to the group since it was asked last, if the process `pid` is in that group: one that made a
   * group of its own (`timeout`, `setsid`) has got none of them. None too when somebody has ended the shell.
   */
  seen(pid?: number): Promise<readonly Deno.Signal[]> {
    const asked = this.#last.then(() => this.#ask(pid));
    this.#last = asked;
    return asked;
  }

  /** Ends the shell. */
  async end(): Promise<void> {
    sendSignal(this.#child, "SIGKILL");
    await this.#child.status;
    await Promise.allSettled([this.#last, this.#asks.abort(), this.#answers.cancel()]);
  }

  async #ask(pid?: number): Promise<readonly Deno.Signal[]> {
    try {
      await this.#asks.write(new TextEncoder().encode(`${pid ?? ""}\n`));
    } catch {
      return []; // the shell has ended
    }
    const names: readonly string[] = await this.#answer();
    return names.includes("apart") ? [] : names as readonly Deno.Signal[];
  }

  async #answer(): Promise<readonly string[]> {
    while (!this.#unread.includes(END)) {
      const { value, done } = await this.#answers.read();
      if (done) return [];
      this.#unread += value;
    }
    const end = this.#unread.indexOf(END);
    const names = this.#unread.slice(0, end).split("\n").filter((line) => line !== "");
    this.#unread = this.#unread.slice(end + END.length);
    return names;
  }
}
