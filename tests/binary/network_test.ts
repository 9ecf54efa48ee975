// What lies between this machine and AWS: closed ports, no network at all, proxies, certificates. None of it is a reason
// to sign in again, and all of it is over when the network is.
import assert from "node:assert/strict";
import { startConnectProxy } from "../aws/connect_proxy.ts";
import { startSimulator } from "../aws/simulator.ts";
import { startExpiredServer } from "./support/expired_server.ts";
import { BINARY, type Ended, type Home, makeHome } from "./support/home.ts";
import { needs } from "./support/requirement.ts";
import { assertClean, documentOf, makeScene, said, type Scene } from "./support/scene.ts";

/** Fails for a time, loses nothing, and heals as soon as `healed` is the environment. */
async function proveTemporary(
  scene: Scene,
  words: RegExp,
  fail: (home: Home) => Promise<Ended>,
  healed: Record<string, string> = {},
): Promise<void> {
  const { aws, home, session } = scene;
  const before = scene.token();
  const failed = await fail(home);
  assert.equal(failed.code, 75, said(failed));
  assert.match(failed.out, words);
  assert.equal(scene.token(), before);
  assert.equal(aws.count("CreateToken"), 0);
  const next = await home.run(["check", "--force-refresh"], { env: healed });
  assert.equal(next.code, 0, said(next));
  assert.equal(JSON.parse(scene.token()).refreshToken, aws.session(session.id).refreshToken);
  assertClean(scene, [failed, next]);
}

const CERTIFICATES = needs("certificates and proxies", "openssl");

/** A port of the loopback where nobody listens. */
function closedPort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

Deno.test("check fails for a time when the connection is refused", async () => {
  await using scene = await makeScene();
  const env = { AWS_ENDPOINT_URL: `http://127.0.0.1:${closedPort()}` };
  await proveTemporary(scene, /connection refused \(ConnectionRefused\)/, (home) => home.run(["check"], { env }));
});

const UNSHARE = ["--user", "--net", "--map-root-user"];
const alone = canUnshare();
if (!alone) console.log("left out: a machine without network: needs unshare, allowed to make a network namespace");

Deno.test({
  name: "check fails for a time on a machine without network, where no host name is found",
  ignore: !alone,
  fn: async () => {
    await using scene = await makeScene();
    await proveTemporary(scene, /the host name is not found \(NameNotResolved\)/, async ({ path }) => {
      const { code, stdout, stderr } = await new Deno.Command("unshare", {
        args: [...UNSHARE, BINARY, "check"],
        cwd: path,
        clearEnv: true,
        env: { HOME: path, PATH: "/usr/bin:/bin" },
      }).output();
      const decoder = new TextDecoder();
      return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
    });
  },
});

Deno.test(
  "check fails for a time when the authority of a certificate is not known, and names the setting",
  CERTIFICATES,
  async () => {
    await using scene = await makeScene({ aws: { tls: true } });
    const env = { AWS_CA_BUNDLE: "" };
    await proveTemporary(scene, /\(TlsFailure\)[^]*AWS_CA_BUNDLE/, (home) => home.run(["check"], { env }));
  },
);

Deno.test("check fails for a time when a certificate has expired", CERTIFICATES, async () => {
  await using scene = await makeScene();
  await using server = await startExpiredServer();
  const env = { AWS_ENDPOINT_URL: server.url, AWS_CA_BUNDLE: server.caFile };
  await proveTemporary(scene, /\(TlsFailure\)/, (home) => home.run(["check"], { env }));
  assert.ok(server.connections > 0);
});

Deno.test("check works through an HTTPS proxy, which sees nothing but host names", CERTIFICATES, async () => {
  await using aws = await startSimulator({ tls: true });
  await using proxy = startConnectProxy({ target: aws.port });
  const env = { HTTPS_PROXY: proxy.url, AWS_CA_BUNDLE: aws.caFile ?? "", AWS_ENDPOINT_URL: "" };
  await using home = await makeHome({ env });
  home.seed(aws.issueSession({ accessTokenLeftS: 600 }));
  const ended = await home.run(["check"]);
  assert.equal(ended.code, 0, said(ended));
  assert.deepEqual(
    new Set(proxy.connects),
    new Set([
      "oidc.us-east-1.amazonaws.com:443",
      "portal.sso.us-east-1.amazonaws.com:443",
      "sts.eu-west-1.amazonaws.com:443",
    ]),
  );
});

Deno.test("check fails for a time when the proxy asks for a password", CERTIFICATES, async () => {
  await using aws = await startSimulator({ tls: true });
  await using proxy = startConnectProxy({ target: aws.port, credentials: "user:secret-of-the-proxy" });
  const env = { HTTPS_PROXY: proxy.url, AWS_CA_BUNDLE: aws.caFile ?? "", AWS_ENDPOINT_URL: "" };
  await using scene = await makeScene({ home: { env } });
  const wrong = await scene.home.run(["check"]);
  assert.equal(wrong.code, 75, said(wrong));
  assert.ok(proxy.connects.length > 0);
  assert.equal(aws.requests.length, 0);
});

/** Half a minute more than the words say: the Date of an answer has no fraction. */
const SKEW_MS = 2 * 3_600_000 + 30_000;

Deno.test("check blames a wrong clock, not the sign-in, when AWS refuses the refresh", async () => {
  for (const clockSkewMs of [SKEW_MS, -SKEW_MS]) {
    await using scene = await makeScene({ aws: { clockSkewMs } });
    const { aws, home, session } = scene;
    const before = scene.token();
    aws.fail("CreateToken", "InvalidGrantException");
    const refused = await home.run(["check", "--json"]);
    assert.equal(refused.code, 1, said(refused));
    const [{ state, error }] = Object(documentOf(refused)).sessions;
    assert.deepEqual([state, error.code], ["broken", "ClockWrong"]);
    assert.match(error.message, clockSkewMs > 0 ? /clock of this machine is 2 h slow/ : /clock .* 2 h fast/);
    assert.match(error.hint, /set the clock/);
    assert.equal(scene.token(), before);
    assert.equal(aws.count("StartDeviceAuthorization"), 0);

    aws.settings.clockSkewMs = 0;
    const right = await home.run(["check"]);
    assert.equal(right.code, 0, said(right));
    assert.equal(aws.generation(session.id), 2);
    assertClean(scene, [refused, right]);
  }
});

Deno.test("check refreshes and proves with a clock that is two hours off, and warns of it", async () => {
  await using scene = await makeScene({ aws: { clockSkewMs: SKEW_MS, accessTokenLifeS: 36_000, roleLifeS: 36_000 } });
  const ended = await scene.home.run(["check"]);
  assert.equal(ended.code, 0, said(ended));
  assert.match(ended.out, /clock of this machine is 2 h behind that of AWS/);
  assertClean(scene, [ended]);
});

Deno.test("check blames a region that is not that of the token when AWS refuses the refresh", async () => {
  await using scene = await makeScene();
  const { aws, home, session } = scene;
  home.seed({ ...session, token: { ...session.token, region: "eu-central-1" } });
  aws.fail("CreateToken", "InvalidGrantException");
  const refused = await home.run(["check"]);
  assert.equal(refused.code, 1, said(refused));
  assert.match(refused.out, /issued in eu-central-1, but sso_region is us-east-1[^]*sso_region = eu-central-1/);
  assert.equal(aws.count("StartDeviceAuthorization"), 0);
  assertClean(scene, [refused]);
});

function canUnshare(): boolean {
  try {
    return new Deno.Command("unshare", { args: [...UNSHARE, "/bin/true"], stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}
