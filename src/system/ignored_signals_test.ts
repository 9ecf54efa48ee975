// Proves by real shells which signals count as ignored.
import assert from "node:assert/strict";

const SCRIPT = `import { ignoredSignals } from ${JSON.stringify(new URL("ignored_signals.ts", import.meta.url).href)};
console.log(ignoredSignals(["SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGTERM"]).join(" "));`;

Deno.test("ignoredSignals() finds those that this process was started to ignore, and no other", async () => {
  const rows: [ignored: string, found: string][] = [["HUP", "SIGHUP"], ["INT QUIT TERM", "SIGINT SIGQUIT SIGTERM"]];
  for (const [ignored, found] of rows) {
    const { stdout, stderr } = await new Deno.Command("/bin/sh", {
      // Whoever runs the tests may ignore some: only those of the row are told.
      args: ["-c", `trap '' ${ignored}; exec "$0" eval "$1"`, Deno.execPath(), SCRIPT],
    }).output();
    const names = new TextDecoder().decode(stdout).trim().split(" ");
    for (const name of found.split(" ")) assert.ok(names.includes(name), new TextDecoder().decode(stderr));
    assert.ok(!names.includes("SIGUSR1"));
  }
});
