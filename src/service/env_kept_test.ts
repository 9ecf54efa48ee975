// Tests of what a job keeps from the environment, and what of it is kept secret.
import assert from "node:assert/strict";
import { keptVariables, type WishedVariables } from "./env_kept.ts";

function kept(wished: Partial<WishedVariables>) {
  return keptVariables({ env: {}, named: [], ofConfig: [], ...wished });
}

const ROWS: readonly (readonly [what: string, wished: Partial<WishedVariables>, plain: object, secret: object])[] = [
  [
    "nothing of the rest of the environment",
    { env: { HOME: "/h", AWS_PROFILE: "p", PATH: "/bin", LANG: "C" } },
    {},
    {},
  ],
  ["a plain proxy, in both cases", { env: { HTTPS_PROXY: "http://p:1", no_proxy: "a,b" } }, {
    HTTPS_PROXY: "http://p:1",
    no_proxy: "a,b",
  }, {}],
  ["a proxy with a password as a secret", { env: { HTTPS_PROXY: "http://u:s@p:1", all_proxy: "u:s@p:1" } }, {}, {
    HTTPS_PROXY: "http://u:s@p:1",
    all_proxy: "u:s@p:1",
  }],
  ["the trust", { env: { AWS_CA_BUNDLE: "/ca.pem", SSL_CERT_FILE: "/c", DENO_TLS_CA_STORE: "system" } }, {
    AWS_CA_BUNDLE: "/ca.pem",
    SSL_CERT_FILE: "/c",
    DENO_TLS_CA_STORE: "system",
  }, {}],
  ["no second name of the bundle", { env: { AWS_CA_BUNDLE: "/ca.pem", DENO_CERT: "/ca.pem" } }, {
    AWS_CA_BUNDLE: "/ca.pem",
  }, {}],
  ["another certificate beside it", { env: { AWS_CA_BUNDLE: "/ca.pem", DENO_CERT: "/other.pem" } }, {
    AWS_CA_BUNDLE: "/ca.pem",
    DENO_CERT: "/other.pem",
  }, {}],
  ["no empty value", { env: { HTTPS_PROXY: "", AWS_CA_BUNDLE: "" } }, {}, {}],
  ["what is named", { env: { AWS_PROFILE: "p", X: "https://u@h/" }, named: ["AWS_PROFILE", "X"] }, {
    AWS_PROFILE: "p",
  }, { X: "https://u@h/" }],
  [
    "what is named like a secret as one",
    { env: { API_TOKEN: "t", api_key: "k" }, named: ["API_TOKEN", "api_key"] },
    {},
    {
      API_TOKEN: "t",
      api_key: "k",
    },
  ],
  ["what the config wants as a secret", { env: { SMTP: "s" }, ofConfig: ["SMTP"], named: ["SMTP"] }, {}, { SMTP: "s" }],
  [
    "what was kept before, where there is nothing now",
    {
      env: { HTTPS_PROXY: "http://new:1" },
      ofConfig: ["SMTP"],
      former: { plain: { HTTPS_PROXY: "http://old:1", BY_NAME: "x" }, secret: { SMTP: "s", HIDDEN: "h" } },
    },
    { HTTPS_PROXY: "http://new:1", BY_NAME: "x" },
    { SMTP: "s" },
  ],
];

for (const [what, wished, plain, secret] of ROWS) {
  Deno.test(`keptVariables() keeps ${what}`, () => {
    assert.deepEqual(kept(wished), { plain, secret, missing: [] });
  });
}

Deno.test("keptVariables() names what the config wants in vain", () => {
  assert.deepEqual(kept({ ofConfig: ["SMTP"] }).missing, ["SMTP"]);
});

Deno.test("keptVariables() refuses a name without a value, and a value of two lines", () => {
  assert.throws(() => kept({ named: ["NOWHERE"] }), /"NOWHERE": it is not set here/);
  assert.throws(() => kept({ env: { NO_PROXY: "a\nb" } }), /variable NO_PROXY: its value holds a line break/);
  assert.throws(() => kept({ env: { "A-B": "x" }, named: ["A-B"] }), /is no name of one/);
});
