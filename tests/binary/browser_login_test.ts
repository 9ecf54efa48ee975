// Proves `login --flow browser` of the compiled program: the test plays the person and the browser of this machine.
import assert from "node:assert/strict";
import { startSimulator } from "../aws/simulator.ts";
import { type Ended, makeHome } from "./support/home.ts";
import { assertClean, documentOf, makeScene, said, type Scene, type SceneOptions } from "./support/scene.ts";
import { sideBySide } from "./support/side_by_side.ts";

const BY_BROWSER: readonly string[] = ["login", "--flow", "browser"];
const REGISTRATION = ".aws/sso/cache/119c5ab49bb44d9fe73a0bc36828122d3501edb8.json";
const BROWSER_GRANTS = ["authorization_code", "refresh_token"];

/** A login that runs, and the page that it asks the person to open. */
interface Running {
  readonly child: Deno.ChildProcess;
  readonly page: URL;
  /** Everything it says, once it has ended by itself. */
  end(): Promise<Ended>;
}

/** Starts the login and reads on (`stream`) until it names its page. */
async function startLogin({ home }: Scene, args = BY_BROWSER, stream: "stdout" | "stderr" = "stdout") {
  const child = home.start(args);
  const texts = { stdout: "", stderr: "" };
  const found = Promise.withResolvers<URL>();
  const read = async (name: "stdout" | "stderr") => {
    for await (const text of child[name].pipeThrough(new TextDecoderStream())) {
      texts[name] += text;
      const [url] = /^ *https?:\S+\/authorize\?\S+\n/m.exec(texts[name]) ?? [];
      if (name === stream && url !== undefined) found.resolve(new URL(url.trim()));
    }
  };
  const reading = Promise.all([read("stdout"), read("stderr"), child.stdin.close().catch(() => {})]);
  const end = async (): Promise<Ended> => {
    const [{ code }] = await Promise.all([child.status, reading]);
    return { code, out: texts.stdout, err: texts.stderr };
  };
  const never = end().then((ended): URL => assert.fail(`it names no page: ${said(ended)}`));
  return { child, page: await Promise.race([found.promise, never]), end } satisfies Running;
}

/** Opens the page as a browser does, which follows AWS back to this machine. */
async function visit(page: URL, extra = ""): Promise<string> {
  return await (await fetch(page.href + extra)).text();
}

/** What a command says when the person opens the page and allows it. */
async function signIn(scene: Scene, args = BY_BROWSER, stream: "stdout" | "stderr" = "stdout"): Promise<Ended> {
  const { page, end } = await startLogin(scene, args, stream);
  assert.match(await visit(page), /You can close this window/);
  return await end();
}

/** Neither what came and went through the browser nor what AWS gave is said or kept where it does not belong. */
function assertSecret(scene: Scene, runs: readonly Ended[]): void {
  assertClean(scene, runs);
  const codes = scene.aws.secrets().filter((secret) => secret.startsWith("code-"));
  assert.ok(codes.length > 0);
  const everything = [...runs.map(said), ...scene.home.texts(".").values()].join("\n");
  for (const code of codes) assert.ok(!everything.includes(code), "the code is kept");
  assert.doesNotMatch(everything, /verifier/i);
}

async function withScene(prove: (scene: Scene) => Promise<void>, options?: SceneOptions): Promise<void> {
  await using scene = await makeScene(options);
  await prove(scene);
}

Deno.test("login by browser leaves the files of the AWS CLI v2, and what it says holds no secret", () =>
  withScene(async (scene) => {
    const { aws, home } = scene;
    await Deno.remove(home.file(`.aws/sso/cache/${scene.session.fileName}`));
    const { page, end } = await startLogin(scene, [...BY_BROWSER, "--log-level", "debug"]);
    assert.deepEqual([...page.searchParams.keys()].sort(), [
      ...["client_id", "code_challenge", "code_challenge_method", "redirect_uri", "response_type", "scopes", "state"],
    ]);
    assert.match(page.searchParams.get("redirect_uri") ?? "", /^http:\/\/127\.0\.0\.1:\d+\/oauth\/callback$/);
    await visit(page);
    const ended = await end();
    assert.equal(ended.code, 0, said(ended));
    assert.match(ended.out, /✓ corp {2}signed in, token valid for \d+ min, renews itself\n$/);

    const registration = JSON.parse(home.read(REGISTRATION));
    const { clientId, clientSecret } = registration;
    const registrationExpiresAt = registration.expiresAt;
    const fresh = aws.session();
    // Byte by byte: Python's separators, this order, no newline at the end.
    assert.equal(
      home.read(REGISTRATION),
      `{"clientId": "${clientId}", "clientSecret": "${clientSecret}", "expiresAt": "${registrationExpiresAt}", ` +
        `"scopes": ["sso:account:access"], "grantTypes": ["authorization_code", "refresh_token"]}`,
    );
    const { expiresAt } = JSON.parse(scene.token());
    assert.match(expiresAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.equal(
      scene.token(),
      `{"startUrl": "https://sim.awsapps.com/start", "region": "us-east-1", "accessToken": "${fresh.accessToken}", ` +
        `"expiresAt": "${expiresAt}", "clientId": "${clientId}", "clientSecret": "${clientSecret}", ` +
        `"registrationExpiresAt": "${registrationExpiresAt}", "refreshToken": "${fresh.refreshToken}"}`,
    );
    assertSecret(scene, [{ ...ended, out: ended.out.replace(page.href, "") }]);
    assert.ok(!aws.requests.some(({ operation }) => operation === "StartDeviceAuthorization"));

    const refreshed = await home.run(["check", "--force-refresh"]);
    assert.equal(refreshed.code, 0, said(refreshed));
    assert.equal(aws.generation(), 2);
    assert.equal(JSON.parse(scene.token()).clientId, clientId);
  }));

Deno.test("login registers anew when the client is that of the other flow", () =>
  withScene(async (scene) => {
    const { aws, home } = scene;
    const grants = () => JSON.parse(home.read(REGISTRATION)).grantTypes;
    const rows: [args: readonly string[], registered: number, grantTypes: readonly string[] | undefined][] = [
      [BY_BROWSER, 1, BROWSER_GRANTS],
      [BY_BROWSER, 1, BROWSER_GRANTS],
      [["login"], 2, undefined],
      [BY_BROWSER, 3, BROWSER_GRANTS],
    ];
    for (const [args, registered, grantTypes] of rows) {
      const ended = args.length > 1 ? await signIn(scene, args) : await home.run(args);
      assert.equal(ended.code, 0, said(ended));
      assert.equal(aws.count("RegisterClient"), registered);
      assert.deepEqual(grants(), grantTypes);
    }
  }, { aws: { autoApprove: true, intervalS: 1 } }));

Deno.test("login by browser goes on waiting after an answer that is not its own", () =>
  withScene(async (scene) => {
    const { page, end } = await startLogin(scene);
    const callback = page.searchParams.get("redirect_uri") ?? "";
    for (const query of ["", "?code=evil", "?code=evil&state=guessed", "?error=access_denied", "?error=x&state="]) {
      const response = await fetch(callback + query);
      assert.equal(response.status, 404, query);
      await response.body?.cancel();
    }
    assert.equal(scene.aws.count("CreateToken"), 0);
    await visit(page);
    const ended = await end();
    assert.equal(ended.code, 0, said(ended));
    assert.equal(scene.aws.count("CreateToken"), 1);
  }));

interface Failing {
  readonly name: string;
  readonly visit: (page: URL, scene: Scene) => Promise<unknown>;
  readonly code: number;
  readonly says: RegExp;
}

const FAILING: readonly Failing[] = [
  {
    name: "the person denies",
    visit: (page) => visit(page, "&deny=1"),
    code: 4,
    says: /✗ corp: Cannot log in: the request was denied on the sign-in page\n {2}→ run: sso-heal login\b/,
  },
  {
    name: "AWS does not know the scope",
    visit: (page) => {
      const { searchParams: asked } = page;
      return visit(new URL(`${asked.get("redirect_uri")}?error=invalid_scope&state=${asked.get("state")}`));
    },
    code: 1,
    says: /Cannot sign in by browser: invalid_scope/,
  },
  {
    name: "AWS does not take the code",
    visit: (page, { aws }) => {
      aws.fail("CreateToken", "InvalidGrantException");
      return visit(page);
    },
    code: 1,
    says: /AWS refuses the login: .*InvalidGrantException/,
  },
];

Deno.test("login by browser that fails keeps the token and says why", async (t) => {
  await sideBySide(t, FAILING, async ({ visit, code, says }) => {
    await using scene = await makeScene();
    const before = scene.token();
    const { page, end } = await startLogin(scene);
    await visit(page, scene);
    const ended = await end();
    assert.equal(ended.code, code, said(ended));
    assert.match(ended.out, says);
    assert.equal(scene.token(), before);
    assert.deepEqual([...scene.home.texts(".aws/sso/cache").keys()].filter((name) => name.endsWith(".tmp")), []);
    assertClean(scene, [{ ...ended, out: ended.out.replace(page.href, "") }]);
  });
});

Deno.test("login by browser ends by a signal at once", () =>
  withScene(async (scene) => {
    const { child, end } = await startLogin(scene);
    child.kill("SIGINT");
    const ended = await end();
    assert.equal(ended.code, 75, said(ended));
    assert.match(said(ended), /Stopped by Ctrl-C/);
    assert.doesNotMatch(ended.err, /press Ctrl-C again/);
  }));

Deno.test("login by browser with --json prints the page aside, and nothing but JSON on standard output", () =>
  withScene(async (scene) => {
    const ended = await signIn(scene, [...BY_BROWSER, "--json"], "stderr");
    assert.equal(ended.code, 0, said(ended));
    const { sessions } = documentOf(ended) as { sessions: { name: string; result: string }[] };
    assert.deepEqual(sessions.map(({ name, result }) => [name, result]), [["corp", "logged-in"]]);
    assert.match(ended.err, /Open this link in a browser on this machine:/);
    assertSecret(scene, [{ ...ended, err: "" }]);
  }));

Deno.test("login by browser signs in to one session after the other", async () => {
  await using aws = await startSimulator();
  await using home = await makeHome({ aws, sessions: ["corp", "prod"] });
  const child = home.start([...BY_BROWSER, "--session", "corp", "--session", "prod"]);
  let text = "";
  let visited = 0;
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += part;
    const pages = [...text.matchAll(/^ *(https?:\S+\/authorize\?\S+)\n/gm)];
    for (; visited < pages.length; visited++) await visit(new URL(pages[visited][1]));
  }
  const [{ code }] = await Promise.all([child.status, child.stderr.cancel(), child.stdin.close().catch(() => {})]);
  assert.deepEqual({ code, visited }, { code: 0, visited: 2 }, text);
  assert.match(text, /✓ corp {2}signed in.*\n✓ prod {2}signed in/);
});

Deno.test("login by browser takes the device code where the config asks for it, and always for a legacy session", async (t) => {
  const section = (more: string) =>
    `[sso-session corp]\nsso_start_url = https://sim.awsapps.com/start\nsso_region = us-east-1\n${more}`;
  const rows = [
    { name: "the session says so", config: section("sso_use_device_code = true\n") },
    {
      name: "it is a legacy one",
      config: "[default]\nsso_start_url = https://sim.awsapps.com/start\nsso_region = us-east-1\n" +
        "sso_account_id = 012345678901\nsso_role_name = ReadOnly\n",
    },
  ];
  await sideBySide(t, rows, async ({ config }) => {
    await using aws = await startSimulator({ autoApprove: true, intervalS: 1 });
    await using home = await makeHome({ aws, config });
    const ended = await home.run(BY_BROWSER);
    assert.equal(ended.code, 0, said(ended));
    assert.match(ended.out, /on any device/);
    assert.equal(aws.count("StartDeviceAuthorization"), 1);
  });
});
