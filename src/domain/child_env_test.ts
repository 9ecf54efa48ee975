// Proves which variables the child of `exec` gets, and that none of them speaks of other credentials.
import assert from "node:assert/strict";
import { childEnv } from "./child_env.ts";

const KEYS = {
  AWS_ACCESS_KEY_ID: "new",
  AWS_SECRET_ACCESS_KEY: "new",
  AWS_SESSION_TOKEN: "new",
  AWS_CREDENTIAL_EXPIRATION: "new",
};

Deno.test("childEnv() replaces all credentials of the caller by those given", () => {
  const names = `AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_CREDENTIAL_EXPIRATION
    AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SECURITY_TOKEN AWS_DELEGATION_TOKEN AWS_SESSION_EXPIRATION AWS_ACCESS_KEY
    AWS_SECRET_KEY AWS_ACCOUNT_ID AWS_CREDENTIAL_FILE AWS_ROLE_ARN AWS_ROLE_SESSION_NAME AWS_WEB_IDENTITY_TOKEN_FILE
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI AWS_CONTAINER_CREDENTIALS_FULL_URI AWS_CONTAINER_AUTHORIZATION_TOKEN
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE AWS_BEARER_TOKEN_BEDROCK`.split(/\s+/);
  const caller = Object.fromEntries(names.map((name) => [name, "old"]));
  assert.deepEqual(childEnv(caller, KEYS), KEYS);
});

Deno.test("childEnv() keeps everything else as it is", () => {
  const caller = {
    PATH: "/bin",
    EMPTY: "",
    AWS_CONFIG_FILE: "/c",
    AWS_CA_BUNDLE: "/ca.pem",
    AWS_ENDPOINT_URL: "https://e",
    AWS_EC2_METADATA_DISABLED: "true",
    HTTPS_PROXY: "http://p",
    SSL_CERT_FILE: "/s",
    DENO_DIR: "/d",
    DENO_TLS_CA_STORE: "mozilla",
  };
  assert.deepEqual(childEnv({ ...caller, UNSET: undefined }, KEYS), { ...caller, ...KEYS });
  assert.deepEqual(childEnv(JSON.parse('{"__proto__":"x"}'), {}), JSON.parse('{"__proto__":"x"}'));
});

Deno.test("childEnv() hides what this program set for itself", () => {
  const rows: [what: string, caller: Record<string, string>, env: Record<string, string>][] = [
    ["the caller's directory", { SSO_HEAL_CWD: "/work" }, {}],
    ["the bundle as the runtime's", { AWS_CA_BUNDLE: "/a", DENO_CERT: "/a" }, { AWS_CA_BUNDLE: "/a" }],
    ["not the caller's own", { AWS_CA_BUNDLE: "/a", DENO_CERT: "/b" }, { AWS_CA_BUNDLE: "/a", DENO_CERT: "/b" }],
    ["nor alone", { DENO_CERT: "/b" }, { DENO_CERT: "/b" }],
  ];
  for (const [what, caller, env] of rows) assert.deepEqual(childEnv(caller, {}), env, what);
});

Deno.test("childEnv() gives one region under both names, that of the caller first", () => {
  const rows: [
    what: string,
    caller: [region?: string, byDefault?: string],
    ofProfile: string | undefined,
    env: [region?: string, byDefault?: string],
  ][] = [
    ["nobody has one", [], undefined, []],
    ["that of the profile", [], "eu-west-1", ["eu-west-1", "eu-west-1"]],
    ["that of the caller", ["us-east-1"], "eu-west-1", ["us-east-1", "us-east-1"]],
    ["by the other name", [, "us-east-1"], "eu-west-1", ["us-east-1", "us-east-1"]],
    ["two of the caller", ["us-east-1", "us-east-2"], "eu-west-1", ["us-east-1", "us-east-2"]],
    ["empty is unset", ["", ""], "eu-west-1", ["eu-west-1", "eu-west-1"]],
    ["an empty one beside another", ["", "us-east-1"], undefined, ["us-east-1", "us-east-1"]],
    ["of the caller alone", ["us-east-1"], undefined, ["us-east-1", "us-east-1"]],
  ];
  for (const [what, [AWS_REGION, AWS_DEFAULT_REGION], ofProfile, [region, byDefault]] of rows) {
    const env = childEnv({ AWS_REGION, AWS_DEFAULT_REGION }, KEYS, ofProfile);
    assert.deepEqual([env.AWS_REGION, env.AWS_DEFAULT_REGION], [region, byDefault], what);
  }
});
