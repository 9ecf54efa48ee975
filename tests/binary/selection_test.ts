// Which sessions a check works on and counts, and that none of them stops another.
import assert from "node:assert/strict";
import { startSimulator } from "../aws/simulator.ts";
import { configFor, type Ended, type Home, makeHome } from "./support/home.ts";
import { assertClean, documentOf, makeScene, said } from "./support/scene.ts";

const BROKEN = "[sso-session torn]\nsso_start_url = https://torn.awsapps.com/start\n";

interface ShownSession {
  readonly name: string;
  readonly state: string;
  readonly action: string;
  readonly neverUsed?: boolean;
  readonly profiles: readonly { readonly name: string; readonly ok?: boolean }[];
}

/** Session, state and what was done, in the order of the document. */
function statesOf(ended: Ended): string[] {
  const { sessions } = Object(documentOf(ended));
  return sessions.map(({ name, state, action }: ShownSession) => `${name} ${state} ${action}`);
}

Deno.test("a session that fails stops no other one", async () => {
  await using aws = await startSimulator();
  await using home = await makeHome({ aws, config: `${configFor(["good", "dead", "torn-file", "last"])}\n${BROKEN}` });
  const issue = (sessionName: string) => aws.issueSession({ sessionName, accessTokenLeftS: 600 });
  const dead = issue("dead");
  for (const session of [issue("good"), dead, issue("last")]) home.seed(session);
  home.write(`.aws/sso/cache/${issue("torn-file").fileName}`, `{"accessToken": "half a fi`);
  aws.endSession(dead.id);
  const ended = await home.run(["check", "--json"]);
  assert.equal(ended.code, 1, said(ended));
  assert.deepEqual(statesOf(ended), [
    "good healthy refreshed",
    "dead waiting-for-approval login-started",
    "torn-file broken none",
    "last healthy refreshed",
    "torn broken none",
  ]);
  assertClean({ aws, home }, [ended]);
});

const WORST: readonly [name: string, sessions: readonly string[], code: number][] = [
  ["healthy ones only", ["fine"], 0],
  ["one that fails for a time", ["fine", "throttled"], 75],
  ["one that needs a person is worse than one that fails for a time", ["fine", "throttled", "ended"], 4],
  ["one that is broken is worse than one that needs a person", ["fine", "throttled", "ended", "refused"], 1],
];

for (const [name, sessions, code] of WORST) {
  Deno.test(`check exits with ${code} for ${name}`, async () => {
    await using ordered = await startSimulator();
    await using throttled = await startSimulator();
    await using refused = await startSimulator();
    const servers = { throttled, refused } as Record<string, typeof ordered>;
    const endpoint = (name: string) => `endpoint_url = ${(servers[name] ?? ordered).url}\n`;
    const config = sessions.map((name) => configFor([name]) + endpoint(name)).join("\n");
    await using home = await makeHome({ config, env: { AWS_ENDPOINT_URL: "" } });
    for (const sessionName of sessions) {
      const server = servers[sessionName] ?? ordered;
      const issued = server.issueSession({ sessionName, accessTokenLeftS: 600 });
      home.seed(issued);
      if (sessionName === "ended") server.endSession(issued.id);
    }
    throttled.fail("CreateToken", "status-429", 9);
    refused.fail("CreateToken", "InvalidScopeException", 9);
    const ended = await home.run(["check"]);
    assert.equal(ended.code, code, said(ended));
  });
}

const SELECTIONS: readonly [args: readonly string[], worked: readonly string[], proved: readonly string[]][] = [
  [["--session", "corp"], ["corp"], ["dev"]],
  [["--session", "c*"], ["corp", "core"], ["dev", "core-dev"]],
  [["--session", "corp", "--session", "side"], ["corp", "side"], ["dev", "side-dev"]],
  [["--profile", "core-dev"], ["core"], ["core-dev"]],
  [["--profile", "*-dev"], ["core", "side"], ["core-dev", "side-dev"]],
  [["--profile", "dev", "--session", "side"], ["corp", "side"], ["dev", "side-dev"]],
  [[], ["corp", "core", "side"], ["dev", "core-dev", "side-dev"]],
];

Deno.test("check works on the chosen sessions and profiles only", async (t) => {
  for (const [args, worked, proved] of SELECTIONS) {
    await t.step(args.join(" ") || "no choice", async () => {
      await using aws = await startSimulator();
      const names = ["corp", "core", "side"];
      await using home = await makeHome({ aws, sessions: names });
      const issued = names.map((sessionName) => aws.issueSession({ sessionName, accessTokenLeftS: 600 }));
      for (const session of issued) home.seed(session);
      const ended = await home.run(["check", "--json", ...args]);
      assert.equal(ended.code, 0, said(ended));
      const sessions: ShownSession[] = Object(documentOf(ended)).sessions;
      assert.deepEqual(sessions.map(({ name }) => name), worked);
      assert.deepEqual(sessions.flatMap(({ profiles }) => profiles.map(({ name, ok }) => ok ? name : "")), proved);
      const refreshed = issued.flatMap(({ id }, index) => aws.generation(id) === 2 ? [names[index]] : []);
      assert.deepEqual(refreshed, worked);
    });
  }
});

const TYPOS: readonly [args: readonly string[], words: RegExp][] = [
  [["check", "--session", "crop"], /Cannot find session "crop"[^]*did you mean "corp"/],
  [["check", "--profile", "dve"], /Cannot find profile "dve"[^]*did you mean "dev"/],
  [["check", "--session", "x*"], /Cannot find session "x\*"[^]*there is: corp/],
  [["check", "--sesion", "corp"], /--sesion[^]*did you mean "?--session/],
  [["check", "--timeout", "soon"], /--timeout/],
  [["check", "--timeout"], /--timeout/],
  [["check", "corp"], /corp/],
  [["chekc"], /Unknown command "chekc"[^]*did you mean "check"/],
  [["--json", "check"], /The command comes first/],
  [["check", "--json=yes"], /--json/],
];

Deno.test("check exits 2 for a typing error, says what was meant, and does nothing", async (t) => {
  await using scene = await makeScene();
  const before = scene.token();
  for (const [args, words] of TYPOS) {
    await t.step(args.join(" "), async () => {
      const ended = await scene.home.run(args);
      assert.deepEqual([ended.code, ended.out], [2, ""], said(ended));
      assert.match(ended.err, words);
      assertClean(scene, [ended]);
    });
  }
  assert.equal(scene.token(), before);
  assert.deepEqual(scene.aws.requests, []);
});

Deno.test("a session that was never used here is shown, and counted only when somebody asks for it", async () => {
  await using aws = await startSimulator();
  await using home = await makeHome({ aws, sessions: ["corp", "other"] });
  home.seed(aws.issueSession());
  const all = await home.run(["check", "--json"]);
  assert.equal(all.code, 0, said(all));
  assert.deepEqual(Object(documentOf(all)).sessions.map(({ name, neverUsed }: ShownSession) => [name, neverUsed]), [
    ["corp", undefined],
    ["other", true],
  ]);
  assert.match((await home.run(["check"])).out, /other .*never used here/);

  assert.equal((await home.run(["check", "--session", "other"])).code, 4);
  home.write(".config/sso-heal/config.ini", "[check]\nsessions = corp, other\n");
  assert.equal((await home.run(["check"])).code, 4);
  home.write(".config/sso-heal/config.ini", "[check]\nsessions = corp\n");
  assert.equal((await home.run(["check"])).code, 0);
});

Deno.test("all sessions are counted where none was ever used, and none is logged in unasked", async () => {
  await using aws = await startSimulator();
  await using home = await makeHome({ aws, sessions: ["corp", "other"] });
  const ended = await home.run(["check"]);
  assert.equal(ended.code, 4, said(ended));
  assert.match(ended.out, /corp .*needs login[^]*other .*needs login/);
  assert.deepEqual(aws.requests, []);
});

Deno.test("a session stays one that is used here when its token file is gone or damaged", async () => {
  await using aws = await startSimulator();
  await using home = await makeHome({ aws, sessions: ["corp", "other"] });
  const path = home.seed(aws.issueSession());
  assert.equal((await home.run(["check"])).code, 0);
  home.seed(aws.issueSession({ sessionName: "other" }));
  Deno.removeSync(path);
  const gone = await home.run(["check"]);
  assert.equal(gone.code, 4, said(gone));
  Deno.writeTextFileSync(path, "{");
  const damaged = await home.run(["check"]);
  assert.equal(damaged.code, 1, said(damaged));
});

Deno.test("a role that is refused concerns its profile alone", async () => {
  await using aws = await startSimulator();
  const config = `${configFor()}\n${configFor(["side"]).replace("ReadOnly", "NoSuchRole")}`;
  await using home = await makeHome({ aws, config });
  for (const sessionName of ["corp", "side"]) home.seed(aws.issueSession({ sessionName, accessTokenLeftS: 600 }));
  const ended = await home.run(["check", "--json"]);
  assert.equal(ended.code, 1, said(ended));
  assert.deepEqual(statesOf(ended), ["corp healthy refreshed", "side healthy refreshed"]);
  assert.deepEqual(provedBy(home), [["dev", true], ["side-dev", false]]);
  assert.equal((await home.run(["check", "--session", "corp"])).code, 0);
});

/** Profile and result of its last proof, as our record has it. */
function provedBy(home: Home): [string, boolean][] {
  const records = [...home.texts(".local/state/sso-heal/sessions").values()].map((text) => JSON.parse(text));
  return records.flatMap(({ profiles }) => profiles.map(({ name, ok }: { name: string; ok: boolean }) => [name, ok]))
    .sort();
}
