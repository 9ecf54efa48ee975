// Which signals this process was started to ignore, as `nohup` and a script's `&` have it: whoever listens to one of them
// takes that protection from the programs it starts.

/**
 * Prints a line for each that is ignored: one that was ignored when a shell began cannot be trapped there (POSIX
 * `trap`), and does nothing. Needs the names as its arguments, without SIG.
 */
export const ASK_IGNORED = `for s in "$@"; do i=$s; trap 'i=' "$s"; kill -"$s" $$; [ "$i" ] && echo "SIG$s"; done`;

/** Those of `signals` that are ignored. The runtime cannot tell; a shell that inherits them can. None where there is none. */
export function ignoredSignals(signals: readonly Deno.Signal[]): Deno.Signal[] {
  try {
    const { stdout } = new Deno.Command("/bin/sh", {
      args: ["-c", ASK_IGNORED, "sh", ...signals.map((signal) => signal.slice("SIG".length))],
      clearEnv: true,
      stdin: "null",
      stderr: "null",
    }).outputSync();
    const lines = new TextDecoder().decode(stdout).split("\n");
    return signals.filter((signal) => lines.includes(signal));
  } catch {
    return [];
  }
}
