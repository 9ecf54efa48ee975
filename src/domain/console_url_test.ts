// Proves hosts, pages and requests of the console sign-in, row by row.
import assert from "node:assert/strict";
import { consolePage, loginLink, sessionSeconds, signInEndpoint, signinTokenForm } from "./console_url.ts";
import { EXIT, UserError } from "./problem.ts";

const REGIONS: [region: string, signIn: string, console: string][] = [
  ["us-east-1", "us-east-1.signin.aws.amazon.com", "us-east-1.console.aws.amazon.com"],
  ["mx-central-1", "mx-central-1.signin.aws.amazon.com", "mx-central-1.console.aws.amazon.com"],
  ["us-gov-west-1", "signin.amazonaws-us-gov.com", "us-gov-west-1.console.amazonaws-us-gov.com"],
  ["us-gov-east-1", "us-gov-east-1.signin.amazonaws-us-gov.com", "us-gov-east-1.console.amazonaws-us-gov.com"],
  ["cn-north-1", "signin.amazonaws.cn", "console.amazonaws.cn"],
  ["cn-northwest-1", "signin.amazonaws.cn", "cn-northwest-1.console.amazonaws.cn"],
  ["eusc-de-east-1", "eusc-de-east-1.signin.amazonaws-eusc.eu", "eusc-de-east-1.console.amazonaws-eusc.eu"],
];

for (const [region, signIn, console] of REGIONS) {
  Deno.test(`signInEndpoint() and consolePage() know ${region}`, () => {
    assert.equal(signInEndpoint(region), `https://${signIn}`);
    assert.equal(consolePage(region), `https://${console}/console/home?region=${region}`);
  });
}

Deno.test("consolePage() leads to a service", () => {
  const rows: [region: string, service: string, page: string][] = [
    ["eu-west-1", "s3", "https://eu-west-1.console.aws.amazon.com/s3/home?region=eu-west-1"],
    ["eu-west-1", "EC2", "https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1"],
    ["eu-west-1", "ec2/v2", "https://eu-west-1.console.aws.amazon.com/ec2/v2/home?region=eu-west-1"],
    ["eu-west-1", "ssm", "https://eu-west-1.console.aws.amazon.com/systems-manager/home?region=eu-west-1"],
    ["eu-west-1", "iam", "https://console.aws.amazon.com/iam/home?region=eu-west-1"],
    ["eu-west-1", "r53", "https://console.aws.amazon.com/route53/v2/home?region=eu-west-1"],
    ["us-gov-east-1", "iam", "https://console.amazonaws-us-gov.com/iam/home?region=us-gov-east-1"],
    ["cn-northwest-1", "s3", "https://cn-northwest-1.console.amazonaws.cn/s3/home?region=cn-northwest-1"],
    ["eu-west-1", "constructor", "https://eu-west-1.console.aws.amazon.com/constructor/home?region=eu-west-1"],
  ];
  for (const [region, service, page] of rows) assert.equal(consolePage(region, service), page);
});

Deno.test("consolePage() refuses what could lead elsewhere", () => {
  const rows: [region: string, service: string | undefined, message: RegExp][] = [
    ["", undefined, /no region/],
    ["123", undefined, /no region/],
    ["evil.example/", undefined, /no region/],
    ["eu-west-1.evil", undefined, /no region/],
    ["us-iso-east-1", undefined, /its web console is not known/],
    ["us-isob-east-1", undefined, /its web console is not known/],
    ["eu-isoe-west-1", undefined, /its web console is not known/],
    ["us-east-1", "", /no service/],
    ["us-east-1", "../s3", /no service/],
    ["us-east-1", "s3?x", /no service/],
    ["us-east-1", "/s3", /no service/],
    ["us-east-1", "s3/", /no service/],
  ];
  for (const [region, service, message] of rows) {
    assert.throws(
      () => consolePage(region, service),
      (error) =>
        error instanceof UserError && error.exitCode === EXIT.usage && error.hints.length === 1 &&
        message.test(error.message),
      `${region} ${service}`,
    );
  }
});

Deno.test("signinTokenForm() holds the keys and, if chosen, the length of the session", () => {
  const keys = { accessKeyId: "ASIA", secretAccessKey: 'a+b/c="&', sessionToken: "t==" };
  const form = new URLSearchParams(signinTokenForm(keys));
  assert.deepEqual([...form.keys()], ["Action", "Session"]);
  assert.equal(form.get("Action"), "getSigninToken");
  assert.deepEqual(JSON.parse(form.get("Session")!), {
    sessionId: "ASIA",
    sessionKey: 'a+b/c="&',
    sessionToken: "t==",
  });
  assert.equal(new URLSearchParams(signinTokenForm(keys, 3600)).get("SessionDuration"), "3600");
  assert.doesNotMatch(signinTokenForm(keys), /[^\w%&=.*+-]/);
});

Deno.test("loginLink() is a secret that holds the token and the page", () => {
  const page = consolePage("eu-west-1", "s3");
  const link = loginLink(signInEndpoint("eu-west-1"), "a+/=&b", page);
  assert.equal(String(link), "[redacted]");
  const url = new URL(link.reveal());
  assert.equal(`${url.origin}${url.pathname}`, "https://eu-west-1.signin.aws.amazon.com/federation");
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    Action: "login",
    Issuer: "",
    Destination: page,
    SigninToken: "a+/=&b",
  });
});

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

Deno.test("sessionSeconds() keeps within what AWS takes", () => {
  const rows: [durationMs: number | undefined, chained: boolean, seconds: number | undefined | RegExp][] = [
    [undefined, false, undefined],
    [undefined, true, undefined],
    [15 * MINUTE, false, 900],
    [HOUR, false, 3600],
    [12 * HOUR, false, 43_200],
    [15 * MINUTE - 1, false, /from 15m to 12h/],
    [0, false, /from 15m to 12h/],
    [12 * HOUR + 1000, false, /from 15m to 12h/],
    [15 * MINUTE, true, /1h at most/],
    [HOUR, true, /1h at most/],
    [2 * HOUR, true, /1h at most/],
  ];
  for (const [durationMs, chained, expected] of rows) {
    const run = () => sessionSeconds(durationMs, chained);
    if (expected instanceof RegExp) assert.throws(run, { name: "UserError", exitCode: EXIT.usage, message: expected });
    else assert.equal(run(), expected);
  }
});
