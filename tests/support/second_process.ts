// A second Deno process for tests of what holds between processes.

const ROOT = new URL("../../", import.meta.url);

/**
 * Starts `source`, a TypeScript module that may import `ROOT/src/…`, in the directory `cwd` with exactly the given
 * grants. Its standard output is piped, one line for each thing it tells the test.
 */
export function startScript(source: string, cwd: string, grants: readonly string[]): Deno.ChildProcess {
  const script = `${cwd}/script-${crypto.randomUUID()}.ts`;
  Deno.writeTextFileSync(script, source.replaceAll("ROOT/", ROOT.href));
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--no-config", "--no-lock", ...grants, script],
    cwd,
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

/** Resolves with the next line that the process writes; rejects when it ends without one. */
export function lineReader(process: Deno.ChildProcess): () => Promise<string> {
  const chunks = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return async () => {
    for (;;) {
      const end = text.indexOf("\n");
      if (end >= 0) {
        const line = text.slice(0, end);
        text = text.slice(end + 1);
        return line;
      }
      const { value, done } = await chunks.read();
      if (done) throw new Error(`the process ended after: ${text}`);
      text += value;
    }
  };
}
