// Proves that a refresh survives `kill -9` at every step: no token is lost and no file is left half-written.
import assert from "node:assert/strict";
import { needs } from "./support/requirement.ts";
import { makeScene, said, type Scene } from "./support/scene.ts";
import { sideBySide } from "./support/side_by_side.ts";
import { killedAfter, type SystemCall, traced } from "./support/strace.ts";

/** Everything that changes a file, opens one, or asks AWS. */
const CALLS = ["openat", "mkdir", "write", "ftruncate", "fchmod", "fsync", "rename", "unlink", "connect", "sendto"];

/** Steps that a refresh must have, whatever else there is. */
const REQUIRED = [
  "openat ~/.aws/sso/cache/*.tmp", // the place for the answer
  "write ~/.aws/sso/cache/*.tmp", // blanks that prove the place
  "fsync ~/.aws/sso/cache/*.tmp",
  "connect AWS",
  "sendto AWS", // after it: between request and answer
  "write ~/.aws/sso/cache/*.tmp (2)", // the answer
  "ftruncate ~/.aws/sso/cache/*.tmp",
  "fsync ~/.aws/sso/cache/*.tmp (2)",
  "rename ~/.aws/sso/cache/TOKEN",
  "fsync ~/.aws/sso/cache",
  "write ~/.local/state/sso-heal/sessions/*.tmp (2)", // our record of it
  "rename ~/.local/state/sso-heal/sessions/RECORD (2)",
  "rename ~/.aws/cli/cache/ROLE",
  "write ~/.local/state/sso-heal/heartbeat",
  "write ~/.local/state/sso-heal/history.jsonl",
];

/** Names the calls of one run that matter, each only once; undefined for the others. */
function stepNamer(home: string): (call: SystemCall) => string | undefined {
  const times = new Map<string, number>();
  return ({ name, path, text }) => {
    const asksAws = name === "connect" ? text.includes("AF_INET") : name === "sendto" && text.includes("HTTP/1.1");
    if (!asksAws && !path.startsWith(`${home}/`)) return undefined;
    const step = `${name} ${asksAws ? "AWS" : shortName(path, home)}`;
    const time = (times.get(step) ?? 0) + 1;
    times.set(step, time);
    return time === 1 ? step : `${step} (${time})`;
  };
}

function shortName(path: string, home: string): string {
  return path.replace(home, "~").replace(/\.sso-heal-[0-9a-z]+-[0-9a-z]+\.tmp$/, "*.tmp")
    .replace(/(sso\/cache)\/[0-9a-f]{40}\.json$/, "$1/TOKEN")
    .replace(/(sessions)\/[0-9a-f]{40}\.json$/, "$1/RECORD")
    .replace(/(cli\/cache)\/[0-9a-f]{40}\.json$/, "$1/ROLE")
    .replace(/session-[0-9a-f]{40}\.lock$/, "LOCK");
}

/** The steps of a refresh that nobody disturbs, from the first new file on. */
async function stepsOfGoodRun(): Promise<string[]> {
  await using scene = await makeScene();
  const run = await traced(scene.home, ["check"], { calls: CALLS });
  assert.equal(run.code, 0, said(run));
  const first = run.calls.findIndex(({ text, path }) => text.includes("O_CREAT") && path.startsWith(scene.home.path));
  const nameStep = stepNamer(scene.home.path);
  return run.calls.map((call, index) => ({ index, name: nameStep(call) }))
    .flatMap(({ index, name }) => index >= first && name !== undefined ? [name] : []);
}

/** Runs a check that is killed after `step`; false when it never came there. */
async function killAfter({ home }: Scene, step: string): Promise<boolean> {
  const nameStep = stepNamer(home.path);
  return await killedAfter(home, ["check"], step.split(" ")[0], (call) => nameStep(call) === step);
}

/** What became of a session whose check was killed. */
type Fate = "kept" | "recovered" | "lost";

/** Looks at what the killed check left, runs the next one, and proves that nothing is lost that could be saved. */
async function proveNextCheck(scene: Scene): Promise<Fate> {
  const { aws, home, session } = scene;
  const left = pairIn(scene.token());
  const inHand = leftovers(scene).map((text) => pairIn(text)).find(Boolean);
  const next = await home.run(["check"]);
  const { accessToken, refreshToken, generation } = aws.session(session.id);
  const newest = `${accessToken} ${refreshToken}`;
  const first = `${session.token.accessToken} ${session.token.refreshToken}`;
  assert.ok(left === first || left === newest || generation > 2, "the file held a pair that AWS never issued");
  if (next.code === 4 && aws.settings.reuse === "refuse") {
    assert.ok(left === first && generation === 2 && inHand === undefined, `given up for no reason\n${said(next)}`);
    return "lost";
  }
  assert.equal(next.code, 0, said(next));
  assert.equal(pairIn(scene.token()), newest, "the file does not hold the pair that AWS honours");
  return left === first && inHand === newest ? "recovered" : "kept";
}

/** The pair of a whole token file, undefined for anything less. */
function pairIn(text: string): string | undefined {
  try {
    const { accessToken, refreshToken, expiresAt } = JSON.parse(text);
    return expiresAt === undefined ? undefined : `${accessToken} ${refreshToken}`;
  } catch {
    return undefined;
  }
}

function leftovers({ home }: Scene): string[] {
  return [...home.texts(".aws/sso/cache")].flatMap(([path, text]) => path.endsWith(".tmp") ? [text] : []);
}

Deno.test({
  name: "check loses no token when it is killed at any step of a refresh",
  ...needs("kills at every step", "strace"),
  async fn(t) {
    const fates = new Map<string, Fate>();
    const rows = (await stepsOfGoodRun()).map((name) => ({ name }));
    await sideBySide(t, rows, async ({ name }) => {
      await using scene = await makeScene();
      const killed = await killAfter(scene, name);
      const fate = await proveNextCheck(scene);
      if (killed) fates.set(name, fate);
    });
    await t.step("the steps that matter are among them", () => {
      for (const name of REQUIRED) assert.ok(fates.has(name), `never killed after ${name}`);
      assert.equal(fates.get("fsync ~/.aws/sso/cache/*.tmp (2)"), "recovered");
      assert.equal(fates.get("rename ~/.aws/sso/cache/TOKEN"), "kept");
    });
    await t.step(
      "an answer that never reached the disk costs nothing where AWS honours the old token once more",
      async (t) => {
        const lost = rows.filter(({ name }) => fates.get(name) === "lost");
        assert.ok(lost.length > 0, "no answer was lost");
        await sideBySide(t, lost, async ({ name }) => {
          await using scene = await makeScene({ aws: { reuse: "grace" } });
          await killAfter(scene, name);
          assert.equal(await proveNextCheck(scene), "kept");
        });
      },
    );
  },
});

Deno.test("check loses no token when it is killed at any moment", async (t) => {
  const rows = Array.from({ length: 40 }, (_, index) => ({ name: `run ${index + 1}` }));
  let killed = 0;
  await sideBySide(t, rows, async () => {
    await using scene = await makeScene({ aws: { reuse: "grace", latencyMs: 10 } });
    const child = scene.home.start(["check"]);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 150));
    try {
      child.kill("SIGKILL");
    } catch (error) {
      assert.ok(error instanceof TypeError, "it has ended already");
    }
    const { signal } = await child.output();
    await child.stdin.close().catch(() => {});
    if (signal === "SIGKILL") killed++;
    await proveNextCheck(scene);
  });
  await t.step("most of them before their end", () => assert.ok(killed >= 10, `${killed} of 40`));
});
