// Proves that a sign-in by browser asks for what the AWS CLI v2 asks for, to the letter.
import assert from "node:assert/strict";
import { Secret } from "../domain/secret.ts";
import type { Profile, Session } from "../domain/session.ts";
import { authorizeUrl, browserClient, browserRegistration, codeGrant, pkce, usesDeviceCode } from "./browser_login.ts";
import { formatRegistration } from "./registration_cache.ts";

const START_URL = "https://sim.awsapps.com/start";
const SCOPES = ["sso:account:access", "x:y"];
const ANSWER = { clientId: "a+b", clientSecret: "s3cret", expiresAt: Date.parse("2027-02-19T00:11:10Z") };
const LOGIN = { registration: browserRegistration(ANSWER, SCOPES), port: 5555 };

Deno.test("pkce() makes a verifier of 64 characters and its SHA-256", () => {
  // Computed with Python's hashlib.
  const { verifier, challenge } = pkce(Uint8Array.from({ length: 48 }, (_, i) => i));
  assert.equal(verifier.reveal(), "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v");
  assert.equal(challenge, "kLfxiTSrox_ke7yPyjvQYBZ97Vxt2KfwU9deyoPONcI");
});

Deno.test("pkce() keeps to the letters of RFC 7636, and hides the verifier", () => {
  const made = pkce(new Uint8Array(48).fill(255));
  assert.match(made.verifier.reveal(), /^[\w-]{64}$/);
  assert.match(made.challenge, /^[\w-]{43}$/);
  assert.doesNotMatch(Deno.inspect(made) + JSON.stringify(made), new RegExp(made.verifier.reveal()));
});

Deno.test("pkce() refuses any other number of bytes", () => {
  for (const length of [0, 32, 47, 49]) assert.throws(() => pkce(new Uint8Array(length)), RangeError);
});

Deno.test("browserClient() registers the flow, the address without its port, and the issuer", () => {
  assert.deepEqual(browserClient("botocore-client-corp", SCOPES, START_URL), {
    clientName: "botocore-client-corp",
    scopes: SCOPES,
    grantTypes: ["authorization_code", "refresh_token"],
    redirectUris: ["http://127.0.0.1/oauth/callback"],
    issuerUrl: START_URL,
  });
});

Deno.test("browserRegistration() is stored with its flow, as the AWS CLI v2 stores it", () => {
  assert.equal(
    new TextDecoder().decode(formatRegistration(browserRegistration(ANSWER, ["sso:account:access"]))),
    '{"clientId": "a+b", "clientSecret": "s3cret", "expiresAt": "2027-02-19T00:11:10Z", ' +
      '"scopes": ["sso:account:access"], "grantTypes": ["authorization_code", "refresh_token"]}',
  );
});

Deno.test("authorizeUrl() asks with the parameters of the AWS CLI v2", () => {
  const url = authorizeUrl("https://oidc.us-east-1.amazonaws.com", LOGIN, "st&te", "ch-l_");
  assert.equal(
    url,
    "https://oidc.us-east-1.amazonaws.com/authorize?response_type=code&client_id=a%2Bb" +
      "&redirect_uri=http%3A%2F%2F127.0.0.1%3A5555%2Foauth%2Fcallback&state=st%26te&code_challenge_method=S256" +
      "&scopes=sso%3Aaccount%3Aaccess%20x%3Ay&code_challenge=ch-l_",
  );
});

Deno.test("codeGrant() hands over the code with the address and the verifier it belongs to", () => {
  assert.deepEqual(codeGrant(LOGIN, new Secret("the-code"), new Secret("the-verifier")), {
    clientId: "a+b",
    clientSecret: "s3cret",
    code: "the-code",
    redirectUri: "http://127.0.0.1:5555/oauth/callback",
    codeVerifier: "the-verifier",
  });
});

Deno.test("usesDeviceCode() asks the session, then its profiles, and knows that legacy has no other way", () => {
  const profile = (useDeviceCode?: boolean): Profile => ({ name: "p", session: "corp", useDeviceCode });
  const session = (change: Partial<Session>): Session => (
    { name: "corp", legacy: false, startUrl: START_URL, region: "us-east-1", profiles: [], ...change }
  );
  const rows: [what: string, change: Partial<Session>, expected: boolean][] = [
    ["nothing said", {}, false],
    ["the session says yes", { useDeviceCode: true }, true],
    ["the session says no, a profile yes", { useDeviceCode: false, profiles: [profile(true)] }, false],
    ["the second profile says yes", { profiles: [profile(), profile(true)] }, true],
    ["the profiles disagree: the first counts", { profiles: [profile(false), profile(true)] }, false],
    ["legacy", { legacy: true, useDeviceCode: false }, true],
  ];
  for (const [what, change, expected] of rows) assert.equal(usesDeviceCode(session(change)), expected, what);
});
