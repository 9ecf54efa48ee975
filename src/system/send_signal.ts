// Sends a signal to a program that may have ended meanwhile.

/** Does nothing once it has ended, nor to one that has become another account's (`sudo`). */
export function sendSignal(child: Pick<Deno.ChildProcess, "kill">, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (error) {
    // Deno says so of a child that has ended; the system of one that ended this moment.
    const { NotFound, PermissionDenied } = Deno.errors;
    if (![TypeError, NotFound, PermissionDenied].some((kind) => error instanceof kind)) throw error;
  }
}
