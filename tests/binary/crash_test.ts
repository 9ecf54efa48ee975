// Proves that a refresh survives `kill -9` at every step: no token is lost and no file is left half-written.
import assert from "node:assert/strict";
import { makeScene, said, type Scene } from "./support/scene.ts";
import { needs } from "./support/requirement.ts";
import { sideBySide } from "./support/side_by_side.ts";
import { type SystemCall, traced } from "./support/strace.ts";

/** Everything that changes a file, opens one, or talks to AWS. */
const FILE_CALLS = ["openat", "mkdir", "flock", "write", "ftruncate", "fchmod", "fsync", "rename", "unlink"];
const CALLS = [...FILE_CALLS, "connect", "sendto", "recvfrom"];

/** Steps that must be among those at which the program was killed, whatever else the trace of a good run holds. */
const REQUIRED = [
  "openat ~/.aws/sso/cache/*.tmp", // the place for the answer
  "write ~/.aws/sso/cache/*.tmp", // blanks that prove the place
  "fsync ~/.aws/sso/cache/*.tmp",
  "connect AWS",
  "sendto AWS", // the request
  "recvfrom AWS", // between request and answer
  "write ~/.aws/sso/cache/*.tmp (2)", // the answer
  "ftruncate ~/.aws/sso/cache/*.tmp",
  "fsync ~/.aws/sso/cache/*.tmp (2)",
  "rename ~/.aws/sso/cache/TOKEN",
  "fsync ~/.aws/sso/cache", // after the rename
  "rename ~/.local/state/sso-heal/sessions/RECORD (2)",
  "rename ~/.aws/cli/cache/ROLE",
  "rename ~/.local/state/sso-heal/heartbeat",
  "write ~/.local/state/sso-heal/history.jsonl",
];

/** How often a thread wakes another one, by a write too, differs from run to run. */
const SHIFTS = [0, -1, 1, -2, 2, -3, 3, -4, 4, 0, -1, 1, -2, 2];

interface Step {
  readonly name: string;
  readonly call: SystemCall;
}

/** The steps of a refresh that nobody disturbs, from the first file that is written on. */
async function stepsOfGoodRun(): Promise<Step[]> {
  await using scene = await makeScene();
  const run = await traced(scene.home, ["check"], { calls: CALLS });
  assert.equal(run.code, 0, said(run));
  return stepsOf(run.calls, scene.home.path);
}

function stepsOf(calls: readonly SystemCall[], home: string): Step[] {
  const inHome = calls.filter(({ name, path }) => FILE_CALLS.includes(name) && path.startsWith(`${home}/`));
  const first = calls.indexOf(inHome.find(({ text }) => text.includes("O_CREAT")) ?? calls[0]);
  const network = calls.findLast(({ name }) => name === "connect")?.thread;
  const times = new Map<string, number>();
  const steps: Step[] = [];
  for (const call of calls.slice(first)) {
    const toAws = ["connect", "sendto", "recvfrom"].includes(call.name);
    if (toAws ? call.thread !== network : !inHome.includes(call)) continue;
    const name = `${call.name} ${toAws ? "AWS" : shortName(call.path, home)}`;
    const time = (times.get(name) ?? 0) + 1;
    times.set(name, time);
    steps.push({ name: time === 1 ? name : `${name} (${time})`, call });
  }
  return steps;
}

function shortName(path: string, home: string): string {
  return path.replace(home, "~").replace(/\.sso-heal-[0-9a-f-]{36}\.tmp$/, "*.tmp")
    .replace(/(sso\/cache)\/[0-9a-f]{40}\.json$/, "$1/TOKEN")
    .replace(/(sessions)\/[0-9a-f]{40}\.json$/, "$1/RECORD")
    .replace(/(cli\/cache)\/[0-9a-f]{40}\.json$/, "$1/ROLE");
}

/** Runs a check that is killed as it begins `step`; answers where that really was, undefined when it went on. */
async function killAt(scene: Scene, { name, call }: Step, shift = 0): Promise<string | undefined> {
  // strace counts by thread. With a fixed name in the way only the calls that concern it count, whatever the thread.
  const fixed = FILE_CALLS.includes(call.name) && !call.path.endsWith(".tmp");
  const inject = [`${call.name}:signal=KILL:when=${(fixed ? call.nthOfPath : call.nth) + shift}`];
  const paths = fixed ? [call.path.replace(/^.*?(?=\/\.)/, scene.home.path)] : [];
  const { signal, calls } = await traced(scene.home, ["check"], { calls: fixed ? [call.name] : CALLS, inject, paths });
  if (signal === null) return undefined;
  assert.equal(signal, "SIGKILL");
  if (fixed) return name;
  const nth = call.nth + shift;
  return stepsOf(calls, scene.home.path).findLast((at) => at.call.name === call.name && at.call.nth === nth)?.name;
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
    const lost: Step[] = [];
    const proveStep = async (step: Step, shift = 0) => {
      await using scene = await makeScene();
      const hit = await killAt(scene, step, shift);
      const fate = await proveNextCheck(scene);
      if (hit !== undefined) fates.set(hit, fate);
      if (fate === "lost") lost.push(step);
    };
    const steps = await stepsOfGoodRun();
    await sideBySide(t, steps, (step) => proveStep(step));
    const missed = steps.filter(({ name }) => REQUIRED.includes(name) && !fates.has(name));
    await sideBySide(t, missed.map((step) => ({ step, name: `${step.name}, once more` })), async ({ step }) => {
      for (const shift of SHIFTS) if (!fates.has(step.name)) await proveStep(step, shift);
    });
    await t.step("at least the steps that matter were among them", () => {
      for (const name of REQUIRED) assert.ok(fates.has(name), `never killed at ${name}`);
      assert.ok(fates.size >= 60, `only ${fates.size} different steps`);
      assert.equal(fates.get("rename ~/.aws/sso/cache/TOKEN"), "recovered");
    });
    await t.step(
      "an answer that never reached the disk costs nothing where AWS honours the old token once more",
      async (t) => {
        assert.ok(lost.length > 0, "no answer was lost");
        await sideBySide(t, lost, async (step) => {
          await using scene = await makeScene({ aws: { reuse: "grace" } });
          await killAt(scene, step);
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
