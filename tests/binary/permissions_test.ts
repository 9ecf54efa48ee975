// Proves the three rings from inside a compiled program: what is granted works, and everything else is refused.
import assert from "node:assert/strict";
import { COMMANDS, grantsOf } from "../../src/sandbox/permissions.ts";
import { buildProbe } from "./probe/build.ts";
import type { Group } from "./probe/attempts.ts";
import type { Findings } from "./probe/main.ts";
import type { Outcome } from "./probe/outcome.ts";
import { makeHome } from "./support/home.ts";
import { sideBySide } from "./support/side_by_side.ts";

/** What is granted at a stage of a command; all other groups of attempts made there must be refused. */
function grantedAt(stage: keyof Findings, command: string): readonly Group[] {
  const home: Group[] = grantsOf(command).write ? ["readHome", "writeHome", "loaders"] : ["readHome", "loaders"];
  const granted: Record<keyof Findings, readonly Group[]> = {
    compiled: ["readHome"],
    // Until the worker starts, the network is there for it; the probe does not try it at this stage.
    entered: home,
    connected: home,
    worker: ["toAws"],
    // The probe gives it the same host.
    notify: ["toAws"],
    // It may start a program that nothing here tries to start.
    run: [],
  };
  return granted[stage];
}

const UNCONFINED = new URL("./probe/unconfined.ts", import.meta.url).pathname;

/** Nobody listens at that socket; Deno 2.4 attaches no database at all; the test loads nothing from npm. */
const NEVER_DONE = new Set(["connect to a socket file", "attach a database", "import from npm"]);

/** A server that counts who comes, and leads `/redirect` to another. */
function startServer(redirectTo = ""): { readonly host: string; readonly visits: () => number } & AsyncDisposable {
  let visits = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    visits++;
    if (!request.url.endsWith("/redirect")) {
      return new Response('"AWS"', { headers: { "content-type": "text/javascript" } });
    }
    return new Response(null, { status: 302, headers: { location: `http://${redirectTo}/` } });
  });
  return {
    host: `127.0.0.1:${server.addr.port}`,
    visits: () => visits,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

interface Probed {
  readonly findings: Findings;
  readonly seen: number;
  readonly trusted: number;
}

async function probe(program: string, command: string, configured = true): Promise<Probed> {
  await using foreign = startServer();
  await using aws = startServer(foreign.host);
  await using home = await makeHome();
  home.write(".aws/sso/cache/token.json", "{}");
  home.write(".local/state/sso-heal/heartbeat", "{}");
  home.write(".ssh/id", "key");
  if (configured) home.write(".config/sso-heal/config.ini", "");
  const aims = { home: home.path, outside: home.file(".ssh/id"), allowed: aws.host, foreign: foreign.host };
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [command, JSON.stringify(aims)],
    cwd: home.path,
    clearEnv: true,
    env: home.env,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  assert.equal(code, 0, decoder.decode(stderr));
  assert.equal(home.read(".ssh/id"), "key");
  return { findings: JSON.parse(decoder.decode(stdout)), seen: foreign.visits(), trusted: aws.visits() };
}

/** What a command can do that starts programs as long as it runs: Deno cannot narrow that. It has no network, and no way to write. */
const WITH_PROGRAMS: ReadonlySet<string> = new Set([
  "start a program",
  "start itself",
  "start a program, synchronous",
  "end another process",
  "end another process by node",
  "a worker that may start programs",
  "ask for programs",
]);

function assertRings(stage: keyof Findings, command: string, outcomes: readonly Outcome[]): void {
  const granted = grantedAt(stage, command);
  const { run } = grantsOf(command);
  const keepsRun = stage === "entered" && (run === "self" || run === "system" || run === "command");
  const wrong = outcomes.flatMap(({ group, name, became }) => {
    const expected = granted.includes(group) || (keepsRun && WITH_PROGRAMS.has(name)) ? "done" : "refused";
    return became === expected ? [] : [`${stage}: ${group}: ${name}: ${became}, not ${expected}`];
  });
  assert.deepEqual(wrong, []);
}

Deno.test("the sandbox gives each command what it needs and nothing else", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "sso-heal-probe-" });
  try {
    const program = await buildProbe(folder);
    const rows = [...Object.keys(COMMANDS), "no-such-command"].map((name) => ({ name }));
    await sideBySide(t, rows, async ({ name }) => {
      const { findings, seen, trusted } = await probe(program, name);
      const stages = Object.entries(findings) as Array<[keyof Findings, readonly Outcome[]]>;
      const { net, run } = grantsOf(name);
      assert.equal(stages.length, net !== "worker" ? 2 : run === undefined ? 5 : 6);
      for (const [stage, outcomes] of stages) assertRings(stage, name, outcomes);
      assert.equal(seen, 0, "the foreign server was reached");
      assert.equal(trusted > 0, grantsOf(name).net === "worker");
    }, 3);
    await t.step("check without a config can start no program, and so not even the worker for one", async () => {
      await assert.rejects(probe(program, "check", false), /Can't escalate parent thread permissions/);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the attempts to get out of the sandbox succeed where there is none", async () => {
  await using foreign = startServer();
  await using aws = startServer(foreign.host);
  await using home = await makeHome();
  const aims = { home: home.path, outside: home.file(".ssh/id"), allowed: aws.host, foreign: foreign.host };
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--no-check",
      "--no-config",
      "--no-lock",
      "--no-npm",
      "--unstable-worker-options",
      "--quiet",
      UNCONFINED,
      JSON.stringify(aims),
    ],
    cwd: home.path,
  }).output();
  const outcomes: readonly Outcome[] = JSON.parse(new TextDecoder().decode(stdout) || "[]");
  assert.ok(outcomes.length > 100, new TextDecoder().decode(stderr));
  const pointless = outcomes.filter(({ name, became }) => became !== "done" && !NEVER_DONE.has(name));
  assert.deepEqual(pointless, []);
});
