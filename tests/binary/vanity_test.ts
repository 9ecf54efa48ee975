// Proves start URLs of a company's own with the compiled program: where they lead is asked of a server with TLS.
import assert from "node:assert/strict";
import { type Certificates, makeCertificates } from "../aws/certificates.ts";
import { startSimulator } from "../aws/simulator.ts";
import { makeHome } from "./support/home.ts";
import { documentOf, said } from "./support/scene.ts";
import { sideBySide } from "./support/side_by_side.ts";

/** SHA-1 of `corp`, as for any other start URL. */
const TOKEN = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";
const LEADS_TO_AWS = "https://sim.awsapps.com/start";

/** The company's server; it answers every request with what `reply` says at that time. */
class Company implements AsyncDisposable {
  /** Method and path of every request. */
  readonly asked: string[] = [];
  reply: { readonly status: number; readonly location?: string } = { status: 302, location: LEADS_TO_AWS };
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor({ cert, key }: Certificates) {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, cert, key, onListen() {} }, (request) => {
      this.asked.push(`${request.method} ${new URL(request.url).pathname}`);
      const { status, location } = this.reply;
      return new Response(null, { status, headers: location === undefined ? {} : { location } });
    });
  }

  get startUrl(): string {
    return `https://localhost:${this.#server.addr.port}/start`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

const configWith = (startUrl: string, region = "us-east-1") =>
  `[sso-session corp]
sso_start_url = ${startUrl}
sso_region = ${region}
sso_registration_scopes = sso:account:access

[profile dev]
sso_session = corp
sso_account_id = 012345678901
sso_role_name = ReadOnly
`;

async function makePlace() {
  const certificates = await makeCertificates();
  const company = new Company(certificates);
  const aws = await startSimulator({ autoApprove: true, intervalS: 1 });
  const home = await makeHome({ aws, config: configWith(company.startUrl) });
  // The authority of the company, in a place that the program may read.
  const authority = home.write(".aws/ca.pem", Deno.readTextFileSync(certificates.caFile));
  home.write(".aws/config", `${home.read(".aws/config")}ca_bundle = ${authority}\n`);
  return {
    company,
    aws,
    home,
    async [Symbol.asyncDispose]() {
      await home[Symbol.asyncDispose]();
      await aws.close();
      await company[Symbol.asyncDispose]();
      await certificates.remove();
    },
  };
}

type Place = Awaited<ReturnType<typeof makePlace>>;

Deno.test("login signs in where the start URL leads, and files the token under the one of the config", async () => {
  await using place = await makePlace();
  const { aws, company, home } = place;
  const ended = await home.run(["login"]);
  assert.equal(ended.code, 0, said(ended));
  assert.ok(ended.out.includes(`Sign in to corp (${company.startUrl})\n`), said(ended));
  assert.deepEqual(company.asked, ["HEAD /start"]);
  assert.equal(aws.session().startUrl, LEADS_TO_AWS);
  const token = JSON.parse(home.read(TOKEN));
  assert.equal(token.startUrl, company.startUrl);
  assert.equal(token.region, "us-east-1");
  assert.equal(token.accessToken, aws.session().accessToken);

  // A check with nothing to do does not ask the company; a refresh does, because it may be refused.
  const runs = [await home.run(["check"]), await home.run(["status"])];
  assert.deepEqual(company.asked, ["HEAD /start"]);
  runs.push(await home.run(["check", "--force-refresh"]));
  for (const run of runs) assert.equal(run.code, 0, said(run));
  assert.equal(aws.generation(), 2);
  assert.equal(JSON.parse(home.read(TOKEN)).startUrl, company.startUrl);
  assert.deepEqual(company.asked, ["HEAD /start", "HEAD /start"]);
});

Deno.test("check that needs a person asks where the start URL leads, once for a link", async () => {
  await using place = await makePlace();
  const { aws, company, home } = place;
  aws.settings.autoApprove = false;
  const first = await home.run(["check", "--session", "corp", "--json"]);
  assert.equal(first.code, 4, said(first));
  assert.deepEqual(company.asked, ["HEAD /start"]);
  const [{ pendingLogin, startUrl }] = documentOf(first).sessions as Record<string, unknown>[];
  assert.equal(startUrl, company.startUrl);
  assert.ok(pendingLogin);

  aws.approve();
  const second = await home.run(["login"]);
  assert.equal(second.code, 0, said(second));
  assert.equal(aws.count("StartDeviceAuthorization"), 1);
});

interface Trouble {
  readonly name: string;
  readonly begin: (place: Place) => unknown;
  readonly code: number;
  readonly says: RegExp;
}

const FIX = /→ correct sso_start_url: it must be the address of the AWS access portal, or redirect to it/;

const TROUBLE: readonly Trouble[] = [
  {
    name: "it leads to a stranger",
    begin: ({ company }) => company.reply = { status: 302, location: "https://sim.awsapps.com.evil.example/start" },
    code: 1,
    says: new RegExp(`leads to "https://sim\\.awsapps\\.com\\.evil\\.example", which is not of AWS[^]*${FIX.source}`),
  },
  {
    name: "it leads nowhere",
    begin: ({ company }) => company.reply = { status: 200 },
    code: 1,
    says: new RegExp(`HTTP 200, not a redirect[^]*${FIX.source}`),
  },
  {
    name: "it leads to another region",
    begin: ({ company }) => company.reply = { status: 302, location: "https://i-1.portal.eu-west-1.app.aws" },
    code: 1,
    says: /it leads to eu-west-1, but sso_region is us-east-1[^]*→ write sso_region = eu-west-1 in the AWS config file/,
  },
  {
    name: "its server has no time",
    begin: ({ company }) => company.reply = { status: 503 },
    code: 75,
    says: /its server answers with HTTP 503[^]*→ nothing to do if it passes: try again later/,
  },
  {
    name: "nobody answers there",
    begin: ({ company }) => company[Symbol.asyncDispose](),
    code: 75,
    says: /Cannot reach start URL "https:\/\/localhost:\d+\/start": connection refused/,
  },
  {
    name: "its certificate is not known",
    begin: ({ home, company }) => home.write(".aws/config", configWith(company.startUrl)),
    code: 75,
    says: /→ a proxy with its own certificate\? name its CA in AWS_CA_BUNDLE/,
  },
  {
    name: "it is not encrypted",
    begin: ({ home }) => home.write(".aws/config", configWith("http://localhost:1/start")),
    code: 1,
    says: /https/,
  },
];

Deno.test("login is refused, and no link asked for, where a start URL leads nowhere that is of AWS", async (t) => {
  await sideBySide(t, TROUBLE, async ({ begin, code, says }) => {
    await using place = await makePlace();
    await begin(place);
    const rows: [args: string[], code: number][] = [
      [["login"], code],
      [["login", "--flow", "browser"], code],
      // All that it can say is that a person is needed, and why there is no link.
      [["check", "--session", "corp"], 4],
    ];
    for (const [args, code] of rows) {
      const ended = await place.home.run(args);
      assert.equal(ended.code, code, `${args.join(" ")}: ${said(ended)}`);
      assert.match(said(ended), says, args.join(" "));
      assert.doesNotMatch(said(ended), /a bug|user_code|\/authorize/);
    }
    assert.deepEqual(place.aws.requests.map(({ operation }) => operation), []);
    assert.ok(![...place.home.texts(".").keys()].some((file) => file.includes("/pending/")));
  });
});

Deno.test("a start URL that cannot be asked is no concern of the other sessions", async () => {
  await using place = await makePlace();
  const { aws, company, home } = place;
  company.reply = { status: 503 };
  home.write(
    ".aws/config",
    `${home.read(".aws/config")}
[sso-session other]
sso_start_url = ${LEADS_TO_AWS}
sso_region = us-east-1
sso_registration_scopes = sso:account:access
`,
  );
  const ended = await home.run(["login", "--session", "corp", "--session", "other"]);
  assert.equal(ended.code, 75, said(ended));
  assert.match(ended.out, /✗ corp: .*HTTP 503/);
  assert.match(ended.out, /✓ other {2}signed in/);
  assert.equal(aws.count("StartDeviceAuthorization"), 1);
});
