// Proves that the program ends as a good citizen: by signals, with a reader that has gone, and without its streams.
import assert from "node:assert/strict";
import { BINARY } from "./support/home.ts";
import { makeScene, said, type Scene } from "./support/scene.ts";
import { sideBySide } from "./support/side_by_side.ts";

/** Waits until the login has told the person where to approve; answers what else it says. */
async function untilUrl(child: Deno.ChildProcess, scene: Scene): Promise<void> {
  const reader = child.stdout.getReader();
  const errors = child.stderr.cancel();
  let text = "";
  while (!text.includes("user_code")) {
    const { value, done } = await reader.read();
    assert.ok(!done, `ended after: ${text}`);
    text += new TextDecoder().decode(value);
  }
  assert.equal(scene.aws.pendingCodes().length, 1);
  await Promise.all([reader.cancel(), errors]);
}

const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;
const WAYS = SIGNALS.flatMap((signal) =>
  ["home", "elsewhere"].map((from) => ({ name: `${signal}, ${from}`, signal, from }))
);

Deno.test("login that waits ends by a signal, also where it has started itself again in the home", async (t) => {
  await sideBySide(t, WAYS, async ({ signal, from }) => {
    await using scene = await makeScene();
    const child = scene.home.start(["login"], { cwd: from === "home" ? scene.home.path : "/" });
    await untilUrl(child, scene);
    child.kill(signal);
    // Were the signal not passed on, the parent would wait for its child for ever.
    const status = await child.status;
    await child.stdin.close().catch(() => {});
    assert.deepEqual({ code: status.code, signal: status.signal }, { code: 75, signal: null });
  });
});

interface Streams {
  readonly name: string;
  /** A line for the shell; `$0` is the program. */
  readonly line: string;
  readonly code: number;
}

const STREAMS: readonly Streams[] = [
  { name: "without standard input", line: '"$0" check <&-', code: 0 },
  { name: "without standard output", line: '"$0" check >&-', code: 0 },
  { name: "without any stream", line: '"$0" check <&- >&- 2>&-', code: 0 },
  { name: "without any stream, elsewhere", line: 'cd / && "$0" check <&- >&- 2>&-', code: 0 },
];

Deno.test("check refreshes without its streams", async (t) => {
  await sideBySide(t, STREAMS, async ({ line, code }) => {
    await using scene = await makeScene();
    const run = await new Deno.Command("/bin/sh", {
      args: ["-c", line, BINARY],
      cwd: scene.home.path,
      clearEnv: true,
      env: scene.home.env,
    }).output();
    const decoder = new TextDecoder();
    const err = decoder.decode(run.stderr);
    assert.equal(run.code, code, said({ code: run.code, out: decoder.decode(run.stdout), err }));
    assert.doesNotMatch(err, /Unexpected|panic|^\s+at /m);
    assert.equal(scene.aws.count("CreateToken"), 1);
  });
});

Deno.test("status whose reader has gone ends quietly", async (t) => {
  const rows = ["home", "elsewhere"].map((name) => ({ name }));
  await sideBySide(t, rows, async ({ name }) => {
    await using scene = await makeScene();
    const child = scene.home.start(["status", "--watch"], { cwd: name === "home" ? scene.home.path : "/" });
    const reader = child.stdout.getReader();
    assert.equal((await reader.read()).done, false);
    await reader.cancel();
    const [{ signal }, err] = await Promise.all([child.status, new Response(child.stderr).text()]);
    await child.stdin.close().catch(() => {});
    assert.equal(err, "");
    assert.equal(signal, null);
  });
});
