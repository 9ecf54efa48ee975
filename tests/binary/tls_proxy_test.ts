// Proves which certificates the compiled program trusts, and that it reaches AWS through a proxy.
import assert from "node:assert/strict";
import { startConnectProxy } from "../aws/connect_proxy.ts";
import { makeCertificates } from "../aws/certificates.ts";
import { listen } from "../aws/http_wire.ts";
import { type Simulator, startSimulator } from "../aws/simulator.ts";
import { configFor, type Ended, type Home, makeHome } from "./support/home.ts";
import { said } from "./support/scene.ts";
import { sideBySide } from "./support/side_by_side.ts";

/** A simulator with TLS and a home that does not know its certificate authority. */
async function makeStranger() {
  const aws = await startSimulator({ tls: true });
  const home = await makeHome({ aws: { url: aws.url } });
  home.seed(aws.issueSession({ accessTokenLeftS: 600 }));
  return {
    aws,
    home,
    /** The certificate authority, as a file of the home. */
    authority: (name: string) => home.write(name, Deno.readTextFileSync(aws.caFile ?? "")),
    async [Symbol.asyncDispose]() {
      await home[Symbol.asyncDispose]();
      await aws.close();
    },
  };
}

type Stranger = Awaited<ReturnType<typeof makeStranger>>;

interface Trust {
  readonly name: string;
  /** Makes the certificate known, or not; answers the environment. */
  readonly prepare: (stranger: Stranger) => Record<string, string>;
  readonly cwd?: string;
  readonly code: number;
  readonly says?: RegExp;
}

const NOT_ACCEPTED = /the certificate or the encryption was not accepted/;

const TRUST: readonly Trust[] = [
  { name: "nobody named it", prepare: () => ({}), code: 75, says: NOT_ACCEPTED },
  {
    name: "AWS_CA_BUNDLE inside ~/.aws",
    prepare: ({ authority }) => ({ AWS_CA_BUNDLE: authority(".aws/ca.pem") }),
    code: 0,
  },
  {
    name: "AWS_CA_BUNDLE with a tilde",
    prepare: ({ authority }) => {
      authority(".aws/ca.pem");
      return { AWS_CA_BUNDLE: "~/.aws/ca.pem" };
    },
    code: 0,
  },
  {
    name: "AWS_CA_BUNDLE elsewhere",
    prepare: ({ authority }) => ({ AWS_CA_BUNDLE: authority("certificates/ca.pem") }),
    code: 0,
  },
  {
    name: "AWS_CA_BUNDLE elsewhere, with a tilde, started elsewhere",
    prepare: ({ authority }) => {
      authority("certificates/ca.pem");
      return { AWS_CA_BUNDLE: "~/certificates/ca.pem" };
    },
    cwd: "/",
    code: 0,
  },
  {
    name: "AWS_CA_BUNDLE relative to where it was started",
    prepare: ({ home, authority }) => ({ AWS_CA_BUNDLE: authority("ca.pem").replace(`${home.path}/`, "") }),
    code: 0,
  },
  {
    name: "AWS_CA_BUNDLE before DENO_CERT",
    prepare: ({ authority }) => ({ AWS_CA_BUNDLE: authority("ca.pem"), DENO_CERT: "/etc/hostname" }),
    code: 0,
  },
  { name: "DENO_CERT", prepare: ({ authority }) => ({ DENO_CERT: authority("ca.pem") }), code: 0 },
  {
    name: "the certificates of the system",
    prepare: ({ authority }) => ({ SSL_CERT_FILE: authority("system.pem") }),
    code: 0,
  },
  {
    name: "the certificates of the system, switched off",
    prepare: ({ authority }) => ({ SSL_CERT_FILE: authority("system.pem"), DENO_TLS_CA_STORE: "mozilla" }),
    code: 75,
    says: NOT_ACCEPTED,
  },
  {
    name: "ca_bundle of the config file",
    prepare: ({ home, authority }) => {
      const path = authority(".aws/ca.pem");
      home.write(".aws/config", configFor().replace("[profile dev]", `[profile dev]\nca_bundle = ${path}`));
      return {};
    },
    code: 0,
  },
  {
    name: "ca_bundle of the config file, elsewhere",
    prepare: ({ home, authority }) => {
      const path = authority("certificates/ca.pem");
      home.write(".aws/config", configFor().replace("[profile dev]", `[profile dev]\nca_bundle = ${path}`));
      return {};
    },
    code: 1,
    says: /lies outside the folders sso-heal may touch.*\n.*AWS_CA_BUNDLE/,
  },
  {
    name: "AWS_CA_BUNDLE of another authority",
    prepare: ({ home }) => ({ AWS_CA_BUNDLE: home.write(".aws/ca.pem", OTHER.pem) }),
    code: 75,
    says: NOT_ACCEPTED,
  },
  {
    name: "AWS_CA_BUNDLE that does not exist",
    prepare: ({ home }) => ({ AWS_CA_BUNDLE: home.file(".aws/missing.pem") }),
    code: 1,
    says: /Cannot read the CA bundle ".*missing\.pem": it does not exist/,
  },
  {
    name: "AWS_CA_BUNDLE elsewhere that does not exist",
    prepare: ({ home }) => ({ AWS_CA_BUNDLE: home.file("missing.pem") }),
    code: 75,
    says: /the file that AWS_CA_BUNDLE or DENO_CERT names cannot be opened/,
  },
  {
    name: "AWS_CA_BUNDLE without a certificate",
    prepare: ({ home }) => ({ AWS_CA_BUNDLE: home.write(".aws/ca.pem", "no certificate\n") }),
    code: 1,
    says: /it holds no PEM certificate/,
  },
  {
    name: "AWS_CA_BUNDLE elsewhere without a certificate",
    prepare: ({ home }) => ({ AWS_CA_BUNDLE: home.write("ca.pem", "no certificate\n") }),
    code: 75,
    says: NOT_ACCEPTED,
  },
  {
    name: "no certificates of the system where SSL_CERT_FILE says",
    prepare: ({ home, authority }) => ({
      AWS_CA_BUNDLE: authority(".aws/ca.pem"),
      SSL_CERT_FILE: home.file("missing.pem"),
    }),
    code: 75,
    says: /SSL_CERT_FILE/,
  },
];

const OTHER = { pem: "" };

Deno.test("check trusts the certificates it was told of, and no others", async (t) => {
  const other = await makeCertificates();
  OTHER.pem = await Deno.readTextFile(other.caFile);
  await other.remove();
  await sideBySide(t, TRUST, async ({ prepare, cwd, code, says = /refreshed/ }) => {
    await using stranger = await makeStranger();
    const run = await stranger.home.run(["check", "--timeout", "20s"], { env: prepare(stranger), cwd });
    assert.equal(run.code, code, said(run));
    assert.match(said(run), says);
    assert.equal(stranger.aws.count("CreateToken"), code === 0 ? 1 : 0);
  });
});

interface Proxied {
  readonly name: string;
  /** "user:password" that the proxy asks for. */
  readonly credentials?: string;
  /** The environment; `proxy` is the address of the proxy, without credentials. */
  readonly env: (proxy: string, aws: Simulator) => Record<string, string>;
  readonly code: number;
  /** Whether the proxy saw the real names of AWS. */
  readonly proxied: boolean;
}

const withUser = (proxy: string, user: string) => proxy.replace("//", `//${user}@`);

const PROXIED: readonly Proxied[] = [
  { name: "HTTPS_PROXY", env: (proxy) => ({ HTTPS_PROXY: proxy }), code: 0, proxied: true },
  { name: "https_proxy", env: (proxy) => ({ https_proxy: proxy }), code: 0, proxied: true },
  {
    name: "HTTPS_PROXY with the right password",
    credentials: "user:secret",
    env: (proxy) => ({ HTTPS_PROXY: withUser(proxy, "user:secret") }),
    code: 0,
    proxied: true,
  },
  {
    name: "HTTPS_PROXY with a wrong password",
    credentials: "user:secret",
    env: (proxy) => ({ HTTPS_PROXY: withUser(proxy, "user:wrong") }),
    code: 75,
    proxied: true,
  },
  {
    name: "HTTPS_PROXY without the password",
    credentials: "user:secret",
    env: (proxy) => ({ HTTPS_PROXY: proxy }),
    code: 75,
    proxied: true,
  },
  {
    name: "NO_PROXY for the place of AWS",
    env: (proxy, aws) => ({
      HTTPS_PROXY: proxy,
      NO_PROXY: "127.0.0.1",
      AWS_ENDPOINT_URL: aws.url,
      AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "false",
    }),
    code: 0,
    proxied: false,
  },
  {
    name: "HTTPS_PROXY that is not there",
    env: () => ({ HTTPS_PROXY: "http://127.0.0.1:1" }),
    code: 75,
    proxied: false,
  },
];

Deno.test("check reaches AWS under its real names through a proxy", async (t) => {
  await sideBySide(t, PROXIED, async ({ credentials, env, code, proxied }) => {
    await using aws = await startSimulator({ tls: true });
    await using proxy = startConnectProxy({ target: aws.port, credentials });
    await using home = await homeBehind(aws);
    const run = await home.run(["check", "--timeout", "20s"], { env: env(proxy.url, aws) });
    assert.equal(run.code, code, said(run));
    assert.equal(proxy.connects.includes("oidc.us-east-1.amazonaws.com:443"), proxied);
    assert.equal(aws.count("CreateToken"), code === 0 ? 1 : 0);
    assertKept(home, run, code);
  });
});

const PAGE = "<html><body>Please sign in to the network</body></html>";

/** What a proxy may say to CONNECT instead of connecting. */
const REFUSALS = [
  { name: "407 with a page", status: 407, headers: { "proxy-authenticate": "Basic realm=x" } },
  { name: "403 with a page", status: 403, headers: {} },
  { name: "200 with a page and no connection", status: 200, headers: {} },
  { name: "302 to a page", status: 302, headers: { location: "http://127.0.0.1:1/" } },
  { name: "502 with a page", status: 502, headers: {} },
] as const;

Deno.test("check takes the page of a proxy for a temporary failure", async (t) => {
  await sideBySide(t, REFUSALS, async ({ status, headers }) => {
    await using aws = await startSimulator({ tls: true });
    await using home = await homeBehind(aws);
    const proxy = listen({ port: 0 }, async (line) => {
      await line.readRequest();
      await line.send({
        status,
        headers: { ...headers, "content-type": "text/html", connection: "close" },
        body: PAGE,
      });
    });
    try {
      const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
      const run = await home.run(["check", "--timeout", "20s"], { env });
      assert.equal(run.code, 75, said(run));
      assertKept(home, run, 75);
    } finally {
      await proxy.close();
    }
  });
});

/** A home with a session that is due, which knows the authority of `aws` but not where it is. */
async function homeBehind(aws: Simulator): Promise<Home> {
  const home = await makeHome({
    env: { AWS_CA_BUNDLE: aws.caFile ?? "", AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" },
  });
  home.seed(aws.issueSession({ accessTokenLeftS: 600 }));
  return home;
}

/** A password in the address of the proxy is a secret, and a failure on the way to AWS asks for no person. */
function assertKept(home: Home, run: Ended, code: number): void {
  const texts = [said(run), ...home.texts(".local/state/sso-heal").values()].join("\n");
  assert.doesNotMatch(texts, /user:|secret|Please sign in/);
  if (code !== 0) assert.match(said(run), /the token is kept/);
}
