// Proves the URL of every service in every partition, which override wins, and that no token leaves over plain http.
import assert from "node:assert/strict";
import fc from "fast-check";
import { UserError } from "../domain/problem.ts";
import { isLoopback } from "../domain/loopback.ts";
import { type ApiService, chooseEndpoint, endpointOf, overrideOf, usesDualstackPortal } from "./endpoints.ts";

/** Regions and their suffixes: plain and dual-stack (botocore's endpoint rule sets). */
const PARTITIONS: ReadonlyArray<readonly [region: string, suffix: string, dualstack: string]> = [
  ["us-east-1", "amazonaws.com", "api.aws"],
  ["eu-central-1", "amazonaws.com", "api.aws"],
  ["ap-southeast-4", "amazonaws.com", "api.aws"],
  ["il-central-1", "amazonaws.com", "api.aws"],
  ["mx-central-1", "amazonaws.com", "api.aws"],
  ["us-gov-west-1", "amazonaws.com", "api.aws"],
  ["us-gov-east-1", "amazonaws.com", "api.aws"],
  ["cn-north-1", "amazonaws.com.cn", "api.amazonwebservices.com.cn"],
  ["cn-northwest-1", "amazonaws.com.cn", "api.amazonwebservices.com.cn"],
  ["eusc-de-east-1", "amazonaws.eu", "api.amazonwebservices.eu"],
  ["us-iso-east-1", "c2s.ic.gov", "api.aws.ic.gov"],
  ["us-isob-east-1", "sc2s.sgov.gov", "api.aws.scloud"],
  ["eu-isoe-west-1", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"],
  ["us-isof-south-1", "csp.hci.ic.gov", "api.aws.hci.ic.gov"],
  // A region that nobody knows yet is taken as commercial.
  ["xx-new-9", "amazonaws.com", "api.aws"],
];

const NAMES: Readonly<Record<ApiService, string>> = { oidc: "oidc", portal: "portal.sso", sts: "sts" };
const SERVICES = Object.keys(NAMES) as ApiService[];

for (const [region, suffix, dualstack] of PARTITIONS) {
  Deno.test(`endpointOf() knows the partition of ${region}`, () => {
    // In us-gov the plain name is the FIPS endpoint already.
    const fips = region.startsWith("us-gov-") ? "" : "-fips";
    for (const service of SERVICES) {
      const name = NAMES[service];
      const urls = [{}, { useFips: true }, { useDualstack: true }, { useFips: true, useDualstack: true }]
        .map((options) => endpointOf(service, region, options));
      assert.deepEqual(urls, [
        `https://${name}.${region}.${suffix}`,
        `https://${name}${fips}.${region}.${suffix}`,
        `https://${name}.${region}.${dualstack}`,
        `https://${name}-fips.${region}.${dualstack}`,
      ]);
    }
  });
}

type Env = Readonly<Record<string, string>>;
type Row = [sentence: string, env: Env, config: Parameters<typeof chooseEndpoint>[3], expected: string];

const PLAIN = "https://oidc.us-east-1.amazonaws.com";
const FIPS = "https://oidc-fips.us-east-1.amazonaws.com";
const CONFIGURED = { oidc: "https://config.example", portal: "https://other.example" };

const ROWS: readonly Row[] = [
  ["takes the resolved endpoint without overrides", {}, {}, PLAIN],
  ["takes that of the config file", {}, CONFIGURED, "https://config.example"],
  [
    "takes AWS_ENDPOINT_URL before the config file",
    { AWS_ENDPOINT_URL: "https://all.example" },
    CONFIGURED,
    "https://all.example",
  ],
  [
    "takes the service's variable before AWS_ENDPOINT_URL",
    { AWS_ENDPOINT_URL: "https://all.example", AWS_ENDPOINT_URL_SSO_OIDC: "https://oidc.example" },
    CONFIGURED,
    "https://oidc.example",
  ],
  ["leaves the variable of another service alone", { AWS_ENDPOINT_URL_SSO: "https://portal.example" }, {}, PLAIN],
  ["takes an empty variable for none", { AWS_ENDPOINT_URL_SSO_OIDC: "", AWS_ENDPOINT_URL: "" }, {}, PLAIN],
  [
    "switches all overrides off",
    { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "True", AWS_ENDPOINT_URL: "https://all.example" },
    CONFIGURED,
    PLAIN,
  ],
  [
    "switches them off for nothing but true",
    { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "yes" },
    CONFIGURED,
    "https://config.example",
  ],
  ["cuts slashes at the end", { AWS_ENDPOINT_URL: "https://all.example/path//" }, {}, "https://all.example/path"],
  [
    "drops who is named before the host",
    { AWS_ENDPOINT_URL: "https://user:pw@all.example:8443/p@th" },
    {},
    "https://all.example:8443/p@th",
  ],
  ["takes FIPS of the config file", {}, { useFips: true }, FIPS],
  ["takes FIPS of the environment", { AWS_USE_FIPS_ENDPOINT: "true" }, {}, FIPS],
  ["takes the environment's no before the config's yes", { AWS_USE_FIPS_ENDPOINT: "false" }, { useFips: true }, PLAIN],
  ["takes an empty variable for no answer", { AWS_USE_FIPS_ENDPOINT: "" }, { useFips: true }, FIPS],
  ["takes dual-stack of the environment", { AWS_USE_DUALSTACK_ENDPOINT: "TRUE" }, {}, "https://oidc.us-east-1.api.aws"],
  ["takes an override as it is, FIPS or not", { AWS_USE_FIPS_ENDPOINT: "true" }, CONFIGURED, "https://config.example"],
  ["takes plain http on this machine", { AWS_ENDPOINT_URL: "http://127.0.0.1:8080" }, {}, "http://127.0.0.1:8080"],
  ["takes plain http on localhost", { AWS_ENDPOINT_URL: "http://localhost:1" }, {}, "http://localhost:1"],
  ["takes plain http on ::1", { AWS_ENDPOINT_URL: "http://[::1]:1" }, {}, "http://[::1]:1"],
];

for (const [sentence, env, config, expected] of ROWS) {
  Deno.test(`chooseEndpoint() ${sentence}`, () => {
    assert.equal(chooseEndpoint("oidc", "us-east-1", env, config), expected);
  });
}

const REFUSED = [
  "http://oidc.example.com",
  "http://127.0.0.1.example.com",
  "http://127.evil.com",
  "http://localhost.example.com",
  "http://10.0.0.1",
  "http://0.0.0.0",
  "http://[::]",
  "http://[fe80::1]",
  "ftp://127.0.0.1",
  "file:///etc/passwd",
  "127.0.0.1:8080",
  "oidc.example.com",
  "nonsense",
  "https://",
];

for (const url of REFUSED) {
  Deno.test(`chooseEndpoint() refuses ${url}, from the environment and from the config file`, () => {
    for (const [env, config] of [[{ AWS_ENDPOINT_URL_SSO: url }, {}], [{}, { portal: url }]] as const) {
      assert.throws(() => chooseEndpoint("portal", "us-east-1", env, config), (error: UserError) => {
        assert.ok(error instanceof UserError && error.message.includes(url) && error.hints.length > 0);
        return true;
      });
    }
  });
}

Deno.test("chooseEndpoint() never says who is named before the host of an override", () => {
  const rows = [
    ["http://user:s3cretpw@proxy.corp:3128", "http://[redacted]@proxy.corp:3128"],
    ["http://127.0.0.1@example.com", "http://[redacted]@example.com"],
    ["http://user:s3cret/@pw@proxy.corp", "http://[redacted]@proxy.corp"],
    ["user:s3cretpw@proxy.corp:3128", "[redacted]@proxy.corp:3128"],
    ["http:/user:s3cretpw@proxy.corp", "[redacted]@proxy.corp"],
  ];
  for (const [url, shown] of rows) {
    assert.throws(() => chooseEndpoint("oidc", "us-east-1", { AWS_ENDPOINT_URL: url }), (error: UserError) => {
      assert.ok(error instanceof UserError && error.message.includes(`"${shown}"`), error.message);
      assert.ok(!`${error.message}${error.hints}`.includes("s3cret"));
      return true;
    });
  }
});

Deno.test("chooseEndpoint() never gives plain http to anything but this machine", () => {
  const host = fc.oneof(fc.ipV4(), fc.ipV6().map((address) => `[${address}]`), fc.domain({ size: "xsmall" }));
  fc.assert(fc.property(host, fc.nat(65_535), (host, port) => {
    const url = `http://${host}:${port}/`;
    if (isLoopback(new URL(url).hostname)) return;
    assert.throws(() => chooseEndpoint("sts", "us-east-1", { AWS_ENDPOINT_URL: url }), UserError);
  }));
});

Deno.test("usesDualstackPortal() knows the start URLs of the dual-stack portal", () => {
  const rows: [startUrl: string, expected: boolean][] = [
    ["https://ssoins-1.portal.us-east-1.app.aws", true],
    ["https://ssoins-1.portal.us-gov-west-1.app.aws/", true],
    ["https://SSOINS-1.PORTAL.US-EAST-1.APP.AWS./#/", true],
    ["https://ssoins-1.portal.cn-north-1.app.amazonwebservices.com.cn", true],
    ["https://ssoins-1.portal.eusc-de-east-1.api.amazonwebservices.eu", true],
    ["https://ssoins-1.us-east-1.portal.amazonaws.com", false],
    ["https://corp.awsapps.com/start", false],
    ["https://portal.us-east-1.app.aws", false],
    ["https://x.app.aws", false],
    ["https://x.portal.us-east-1.app.aws.example.com", false],
    ["https://example.com/.portal.us-east-1.app.aws", false],
    ["", false],
    ["nonsense", false],
  ];
  for (const [startUrl, expected] of rows) assert.equal(usesDualstackPortal(startUrl), expected, startUrl);
});

Deno.test("chooseEndpoint() keeps to a dual-stack portal unless the environment says no", () => {
  const config = { useDualstack: usesDualstackPortal("https://ssoins-1.portal.us-east-1.app.aws") };
  assert.equal(chooseEndpoint("portal", "us-east-1", {}, config), "https://portal.sso.us-east-1.api.aws");
  const env = { AWS_USE_DUALSTACK_ENDPOINT: "false" };
  assert.equal(chooseEndpoint("oidc", "us-east-1", env, config), PLAIN);
});

Deno.test("overrideOf() gives the sign-in service its own variable, then what counts for all, else nothing", () => {
  const rows: [env: Env, config: Parameters<typeof overrideOf>[2], expected: string | undefined][] = [
    [{}, {}, undefined],
    [{ AWS_ENDPOINT_URL_STS: "https://sts.example" }, { sts: "https://sts.example" }, undefined],
    [{}, { signin: "https://config.example/" }, "https://config.example"],
    [{ AWS_ENDPOINT_URL: "https://all.example" }, { signin: "https://config.example" }, "https://all.example"],
    [
      { AWS_ENDPOINT_URL: "https://all.example", AWS_ENDPOINT_URL_SIGNIN: "https://own.example" },
      {},
      "https://own.example",
    ],
    [{ AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true", AWS_ENDPOINT_URL: "https://all.example" }, {}, undefined],
  ];
  for (const [env, config, expected] of rows) assert.equal(overrideOf("signin", env, config), expected);
});

Deno.test("overrideOf() lets no keys leave over plain http", () => {
  assert.throws(() => overrideOf("signin", { AWS_ENDPOINT_URL_SIGNIN: "http://own.example" }, {}), {
    message: /AWS_ENDPOINT_URL_SIGNIN = "http:\/\/own.example": plain http/,
  });
});
