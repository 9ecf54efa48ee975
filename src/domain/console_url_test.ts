// Proves hosts and pages of the console sign-in in every partition, row by row.
import assert from "node:assert/strict";
import { consolePage, signInEndpoint } from "./console_url.ts";
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
    ["eu-west-1", "Logs", "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:"],
    ["cn-north-1", "elbv2", "https://console.amazonaws.cn/ec2/home?region=cn-north-1#LoadBalancers:"],
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
