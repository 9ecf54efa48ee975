// Tests of ending on a signal: waiting ends at once, work under way does not.
import assert from "node:assert/strict";
import { OutputClosed, Stop } from "./stop.ts";

/**
 * Runs a program that listens, in a process of its own (the test runner has listeners too), sends it `signal` whenever it
 * has said one of `when`, and returns what it said and how it ended.
 */
async function signalled(
  signal: Deno.Signal,
  when: string[],
  body: string,
  oneRequestMs = 1,
): Promise<{ said: string[]; status: Deno.CommandStatus }> {
  const script = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(
      script,
      `import { Stop } from ${JSON.stringify(new URL("./stop.ts", import.meta.url).href)};
      const stop = new Stop(() => ({ err: (text: string) => console.log(text.trim()) }), ${oneRequestMs});
      const signal = stop.listen();
      ${body}
      setInterval(() => {}, 1000);
      console.log("ready");`,
    );
    const args = ["run", "-A", "--no-check", "--no-lock", "--no-config", script];
    const child = new Deno.Command(Deno.execPath(), { args, stdout: "piped" }).spawn();
    let said = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      said += text;
      if (when.some((word) => text.includes(word))) child.kill(signal);
    }
    return { said: said.trim().split("\n"), status: await child.status };
  } finally {
    await Deno.remove(script);
  }
}

const EXIT_WITH_REASON = `signal.addEventListener("abort", () => {
  console.log(signal.reason.message);
  Deno.exit(signal.reason.exitCode);
});`;

for (const [name, how] of [["SIGTERM", "SIGTERM"], ["SIGHUP", "SIGHUP"], ["SIGINT", "Ctrl-C"]] as const) {
  Deno.test(`Stop aborts its signal on ${name}, as something to try again later`, async () => {
    const { said, status } = await signalled(name, ["ready"], EXIT_WITH_REASON);
    assert.deepEqual([said, status.code], [["ready", `Stopped by ${how}`], 75]);
  });
}

Deno.test("Stop says how to end at once when Ctrl-C takes a while, and leaves the second one to the system", async () => {
  const { said, status } = await signalled("SIGINT", ["ready", "press"], "");
  assert.deepEqual(said, [
    "ready",
    "sso-heal: finishing what is under way with AWS; press Ctrl-C again to end at once",
  ]);
  assert.equal(status.signal, "SIGINT");
});

Deno.test("Stop takes a signal that arrives twice as one", async () => {
  const body = `signal.addEventListener("abort", () => {
    Deno.kill(Deno.pid, "SIGINT");
    setTimeout(() => { console.log("alive"); Deno.exit(); }, 20);
  });`;
  const { said, status } = await signalled("SIGINT", ["ready"], body, 60_000);
  assert.deepEqual([said, status.code], [["ready", "alive"], 0]);
});

Deno.test("Stop aborts when nobody reads the output any more", () => {
  const stop = new Stop(() => ({ err() {} }));
  stop.outputClosed();
  assert.ok(stop.signal.reason instanceof OutputClosed);
});
