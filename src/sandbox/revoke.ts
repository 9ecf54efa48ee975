// Drops grants while the program runs. What a command never needs is dropped before, by `enter.ts`.

/** Drops whole kinds of permission for the rest of the process. */
export function revoke(...kinds: Array<"run" | "net">): void {
  if (!Deno.build.standalone) return; // under `deno test` the test itself still needs them
  for (const name of kinds) Deno.permissions.revokeSync({ name });
}
