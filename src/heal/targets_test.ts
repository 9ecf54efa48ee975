// Tests of where calls go: what is odd in one session or profile concerns that one alone.
import assert from "node:assert/strict";
import { fakeSystem } from "../../tests/support/fake_system.ts";
import { sessionNamed } from "../../tests/support/session_home.ts";
import type { Profile, Session } from "../domain/session.ts";
import type { Selected } from "../domain/select.ts";
import { caCertsOf, hostsOf, sessionTargets, stsTarget } from "./targets.ts";

const CORP = sessionNamed("corp");
const LAB = sessionNamed("lab");

/** The profile of `session`, with more in it. */
const withProfile = (session: Session, more: Partial<Profile>): Session => ({
  ...session,
  profiles: [{ ...session.profiles[0], ...more }],
});

const select = (...sessions: Session[]): Selected[] =>
  sessions.map((session) => ({ session, chosen: true, profiles: session.profiles.slice(0, 1) }));

type RegionRow = [sentence: string, own: string | undefined, env: Record<string, string>, region: string];

const REGIONS: readonly RegionRow[] = [
  ["takes the region of the profile", "eu-west-1", { AWS_REGION: "eu-west-2" }, "eu-west-1"],
  ["takes AWS_REGION before AWS_DEFAULT_REGION", undefined, { AWS_REGION: "a-1", AWS_DEFAULT_REGION: "b-1" }, "a-1"],
  ["takes an empty AWS_REGION as unset", undefined, { AWS_REGION: "", AWS_DEFAULT_REGION: "b-1" }, "b-1"],
  ["takes the region of the session when all else is empty", "", { AWS_REGION: "" }, "us-east-1"],
];

for (const [sentence, own, env, region] of REGIONS) {
  Deno.test(`stsTarget() ${sentence}`, () => {
    assert.deepEqual(stsTarget({ ...CORP.profiles[0], region: own }, CORP, env), {
      region,
      endpoint: `https://sts.${region}.amazonaws.com`,
    });
  });
}

type OddRow = [sentence: string, more: Partial<Profile>, env: Record<string, string>, words: RegExp];

const ODD: readonly OddRow[] = [
  ["a region with spaces", {}, { AWS_REGION: "us east 1" }, /^Cannot use AWS_REGION = "us east 1": that is no region/],
  ["a region that leads elsewhere", { region: "x@example.com/" }, {}, /^Cannot use region of profile "corp-dev" = "x@/],
  ["an endpoint with an empty label", { endpoints: { sts: "https://my..host" } }, {}, /"my\.\.host:443"/],
  ["an endpoint with a wildcard", { endpoints: { sts: "https://*.example.com" } }, {}, /no valid host name/],
  ["an endpoint with a sign", { endpoints: { sts: "https://exa$mple.com" } }, {}, /no valid host name/],
  [
    "a ca_bundle that is missing",
    { caBundle: "/nowhere/ca.pem" },
    {},
    /CA bundle "\/nowhere\/ca.pem": it does not exist/,
  ],
];

for (const [sentence, more, env, words] of ODD) {
  Deno.test(`stsTarget() refuses ${sentence}, and hostsOf() gives the hosts of all others`, () => {
    const odd = withProfile(CORP, more);
    assert.throws(() => stsTarget(odd.profiles[0], odd, env), { name: "UserError", message: words });
    const hosts = hostsOf(select(odd, LAB), {});
    assert.ok(hosts.includes("portal.sso.us-east-1.amazonaws.com:443"));
    assert.ok(hosts.every((host) => /^[a-z0-9.-]+:443$/.test(host)), hosts.join());
  });
}

Deno.test("stsTarget() shows no password of an endpoint that it refuses", () => {
  const profile = { ...CORP.profiles[0], endpoints: { sts: "https://me:hush@my..host" } };
  assert.throws(() => stsTarget(profile, CORP, {}), (error: Error) => !error.message.includes("hush"));
});

Deno.test("sessionTargets() refuses an odd endpoint or ca_bundle of the profile whose settings count", () => {
  const endpoints = withProfile(CORP, { endpoints: { oidc: "https://x*y.example" } });
  assert.throws(() => sessionTargets(endpoints, {}), { message: /no valid host name/ });
  const bundle = withProfile(CORP, { caBundle: "/nowhere/ca.pem" });
  assert.throws(() => sessionTargets(bundle, {}), { message: /does not exist/ });
  assert.equal(sessionTargets(bundle, { AWS_CA_BUNDLE: "/some/ca.pem" }).oidc.region, "us-east-1");
});

Deno.test("sessionTargets() and caCertsOf() do not mind the ca_bundle of a profile that is not used", async () => {
  await using system = await fakeSystem();
  const unused = { ...CORP.profiles[0], name: "unused", caBundle: "/nowhere/ca.pem" };
  const session = { ...CORP, profiles: [...CORP.profiles, unused] };
  assert.equal(sessionTargets(session, {}).portal.endpoint, "https://portal.sso.us-east-1.amazonaws.com");
  assert.deepEqual(caCertsOf(select(session), system), []);
});

Deno.test("caCertsOf() gives the bundles that can be used, and leaves the others to their sessions", async () => {
  await using system = await fakeSystem();
  system.write(".aws/ca.pem", OWN_CA);
  const good = withProfile(LAB, { caBundle: `${system.home}/.aws/ca.pem` });
  const bad = withProfile(CORP, { caBundle: "/nowhere/ca.pem" });
  assert.deepEqual(caCertsOf(select(bad, good, good), system), [OWN_CA]);
});

Deno.test("caCertsOf() throws for AWS_CA_BUNDLE: it concerns every session", async () => {
  await using system = await fakeSystem({ AWS_CA_BUNDLE: "/nowhere/ca.pem" });
  assert.throws(() => caCertsOf([], system), { message: /does not exist/ });
});

/** A certificate that nothing can use: its key was thrown away. It ends in the year 2126. */
const OWN_CA = `-----BEGIN CERTIFICATE-----
MIIBczCCARmgAwIBAgIUVOoVqP4xvdtaUthUQGtj/iyLc00wCgYIKoZIzj0EAwIw
DjEMMAoGA1UEAwwDb3duMCAXDTI2MTEyMTA2MTIwOVoYDzIxMjYxMDI4MDYxMjA5
WjAOMQwwCgYDVQQDDANvd24wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATGwBHK
QYRrlZNz4Hi7NPcUOkDt7By0lvH+a78KzTqvmP5XcIY4HnecVb8HDxuS9nUnjdQh
qhD2uY+khOZo0tC9o1MwUTAdBgNVHQ4EFgQUYnRqutGvb3yjwHN/sAmVlFT59b0w
HwYDVR0jBBgwFoAUYnRqutGvb3yjwHN/sAmVlFT59b0wDwYDVR0TAQH/BAUwAwEB
/zAKBggqhkjOPQQDAgNIADBFAiBbtKgViMoksmKpSp5s9FainP54laWC5VsKz/Yk
6RBazQIhAJx9i1FOW7UnxeoKWNjLSjzDHpihnQoZuRj4wv4NJGVi
-----END CERTIFICATE-----
`;
