// Mistakes in config.ini through the compiled program: all of them in one run, and the sessions are kept alive anyway.
import assert from "node:assert/strict";
import { Webhook } from "./support/webhook.ts";
import { assertClean, documentOf, makeScene, said, type Scene } from "./support/scene.ts";

const CONFIG = ".config/sso-heal/config.ini";
const SECRET = "https://hooks.example.com/services/T000/B000/XXXXXXXX";

type Line = readonly [text: string, code?: string, level?: "problem" | "warning"];

/** The file, line by line, and what is wrong with each. */
const LINES: readonly Line[] = [
  ["refresh_ahead = 28m", "ConfigSyntax"],
  ["[check]"],
  ["refresh_ahead = soon", "ConfigValue"],
  ["alert_after = 30 minutes or so", "ConfigValue"],
  ["profile = dev", "ConfigUnknown", "warning"],
  ["sessions corp", "ConfigSyntax"],
  ["", undefined],
  ["[alerts", "ConfigSyntax"],
  ["remind_every = lost with its header"],
  ["[chekc]", "ConfigUnknown", "warning"],
  ["[notify]", "ConfigSyntax"],
  ["[notify ops]"],
  ["type = pigeon", "ConfigValue"],
  ['channel = "#ops', "ConfigSyntax"],
  [`webhook_url = ${SECRET}`, "ConfigExposed"],
  ["[notify ops]", "ConfigRepeated"],
  ["[sync dev]"],
  ["to =", "ConfigSyntax"],
  ["[metrics]"],
  ["file = relative.prom", "ConfigValue"],
  ["[heartbeat]"],
  ["url = http://hc.example.com/ping/UUID", "ConfigValue"],
];

const wrong = LINES.flatMap(([, code, level = "problem"], index) =>
  code === undefined ? [] : [{ code, line: index + 1, level }]
);

function writeConfig({ home }: Scene, text: string): string {
  const path = home.write(CONFIG, text);
  Deno.chmodSync(path, 0o644);
  return path;
}

interface Shown {
  readonly code: string;
  readonly line: number;
  readonly file: string;
  readonly hint: string;
}

Deno.test("check names every mistake of its own config at once, and refreshes all the same", async () => {
  await using scene = await makeScene();
  const { aws, home, session } = scene;
  const path = writeConfig(scene, LINES.map(([text]) => `${text}\n`).join(""));
  const text = await home.run(["check"]);
  const json = await home.run(["check", "--json"]);
  assert.deepEqual([text.code, json.code], [1, 1], said(text));
  assert.equal(aws.generation(session.id), 2);
  assert.equal(JSON.parse(scene.token()).refreshToken, aws.session(session.id).refreshToken);

  const { problems, warnings, sessions } = Object(documentOf(json));
  assert.equal(sessions[0].state, "healthy");
  for (const [found, level] of [[problems, "problem"], [warnings, "warning"]] as [Shown[], string][]) {
    assert.deepEqual(
      found.map(({ code, line, file }) => ({ code, line, file })),
      wrong.filter((one) => one.level === level).map(({ code, line }) => ({ code, line, file: path })),
      said(json),
    );
    for (const { hint } of found) assert.notEqual(hint, "");
  }
  for (const { line } of wrong) assert.ok(text.out.includes(`~/${CONFIG}:${line}: `), `line ${line}: ${said(text)}`);
  assert.match(text.out, /did you mean "profiles"\?[^]*did you mean "check"\?/);
  for (const said of [text.out, text.err, json.out, json.err, ...home.texts(".local/state/sso-heal").values()]) {
    assert.ok(!said.includes(SECRET));
  }
  assertClean(scene, [text, json]);
});

Deno.test("check goes on with a config of unknown words, and warns of each with a suggestion", async () => {
  await using scene = await makeScene();
  writeConfig(scene, "[check]\nrefresh_ahed = 28m\n[alert]\n[notifiy ops]\ntype = slack\n");
  const ended = await scene.home.run(["check"]);
  assert.equal(ended.code, 0, said(ended));
  const lines = [[2, "refresh_ahead"], [3, "alerts"], [4, "notify"]];
  for (const [line, meant] of lines) {
    assert.match(ended.out, new RegExp(`config\\.ini:${line}: [^]*did you mean "${meant}"`), said(ended));
  }
  const quiet = await scene.home.run(["check", "--quiet"]);
  assert.deepEqual([quiet.code, quiet.out], [0, ""]);
});

Deno.test("check refreshes and tells others although the mail server of one channel is mistyped", async () => {
  await using ops = new Webhook(Date.now);
  await using scene = await makeScene();
  const { aws, home, session } = scene;
  const mail = "[notify mail]\ntype = email\nserver = smtp.example.com:587\nto = ops@example.com\n";
  home.write(CONFIG, `[alerts]\nfallback = mail, ops\n${mail}[notify ops]\ntype = webhook\nurl = ${ops.url}\n`);
  const refreshed = await home.run(["check"]);
  assert.equal(refreshed.code, 1, said(refreshed));
  assert.match(refreshed.out, /config\.ini:5: [^]*is not a mail server/);
  assert.equal(aws.generation(session.id), 2);

  aws.endSession(session.id);
  const ended = await home.run(["check", "--force-refresh"]);
  assert.deepEqual(ops.events(), ["login-needed"], said(ended));
  assertClean(scene, [refreshed, ended]);
});

Deno.test("check reads the heartbeat URL from a file, and goes on without one", async () => {
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ url }) => {
    asked.push(new URL(url).pathname);
    return new Response();
  });
  await using scene = await makeScene();
  const { home } = scene;
  home.write(CONFIG, "[heartbeat]\nurl = file:~/.config/sso-heal/heartbeat.url\n");
  const without = await home.run(["check"]);
  home.write(".config/sso-heal/heartbeat.url", `http://127.0.0.1:${server.addr.port}/ping/1\n`);
  const idle = await home.run(["check"]);
  await server.shutdown();
  assert.deepEqual([without.code, idle.code, asked], [0, 0, ["/ping/1"]], said(without) + said(idle));
});

const UNREADABLE: readonly [name: string, make: (path: string) => void, words: RegExp][] = [
  ["bytes that are no text", (path) => Deno.writeFileSync(path, new Uint8Array([0xff, 0xfe, 0x5b])), /not UTF-8 text/],
  ["a folder", (path) => Deno.mkdirSync(path), /it is a folder/],
];

for (const [name, make, words] of UNREADABLE) {
  Deno.test(`check keeps the sessions alive and exits 1 when its own config is ${name}`, async () => {
    await using scene = await makeScene();
    const { aws, home, session } = scene;
    const path = home.write(CONFIG, "");
    Deno.removeSync(path);
    make(path);
    const ended = await home.run(["check"]);
    assert.equal(ended.code, 1, said(ended));
    assert.match(ended.out, words);
    assert.equal(aws.generation(session.id), 2);
    assertClean(scene, [ended]);
  });
}
