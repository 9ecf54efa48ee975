// Proves which start URLs are of AWS, and where the others are allowed to lead.
import assert from "node:assert/strict";
import { EXIT, UserError } from "../domain/problem.ts";
import { type Head, isAwsOwned, resolveStartUrl } from "./start_url.ts";

Deno.test("isAwsOwned() knows the hosts of AWS and nobody else's", () => {
  const rows: [url: string, expected: boolean][] = [
    ["https://d-1234567890.awsapps.com/start", true],
    ["https://corp.awsapps.com/start#/", true],
    ["https://CORP.AWSAPPS.COM./start", true],
    ["https://start.us-gov-home.awsapps.com/directory/corp", true],
    ["https://start.home.awsapps.cn/directory/corp", true],
    ["https://ssoins-1.portal.us-east-1.app.aws", true],
    ["https://ssoins-1.us-east-1.portal.amazonaws.com", true],
    ["https://ssoins-1.cn-north-1.portal.amazonaws.com.cn", true],
    ["https://ssoins-1.portal.cn-north-1.app.amazonwebservices.com.cn", true],
    ["https://ssoins-1.eusc-de-east-1.portal.amazonaws.eu", true],
    ["https://ssoins-1.portal.eusc-de-east-1.api.amazonwebservices.eu", true],
    ["https://identitycenter.amazonaws.com/ssoins-1", true],
    ["https://awsapps.com", true],
    ["http://corp.awsapps.com/start", false],
    ["https://sso.example.com", false],
    ["https://evilawsapps.com/start", false],
    ["https://corp.awsapps.com.evil.example/start", false],
    ["https://evil.example/corp.awsapps.com", false],
    ["https://corp.awsapps.com@evil.example/start", false],
    ["https://evil.example#.awsapps.com", false],
    ["https://x.identitycenter.amazonaws.com", false],
    // Anybody may have a name of these.
    ["https://bucket.s3.amazonaws.com", false],
    ["https://x.amazonaws.com", false],
    ["corp.awsapps.com", false],
    ["", false],
  ];
  for (const [url, expected] of rows) assert.equal(isAwsOwned(url), expected, url);
});

const VANITY = "https://sso.example.com/aws?x=1#/";
const MOVED = (location: string): Head => ({ status: 302, location });

/** Resolves with scripted answers; every one must be asked for. */
async function resolve(startUrl: string, ...answers: Head[]) {
  const asked: string[] = [];
  const resolved = await resolveStartUrl(startUrl, (method, url) => {
    asked.push(`${method} ${url}`);
    const answer = answers.shift();
    return answer === undefined ? Promise.reject(new Error("not scripted")) : Promise.resolve(answer);
  });
  assert.deepEqual(answers, []);
  return { resolved, asked };
}

Deno.test("resolveStartUrl() takes what AWS owns as it is, and asks nobody", async () => {
  for (const startUrl of ["https://corp.awsapps.com/start#/", "https://i.portal.us-east-1.app.aws/"]) {
    assert.deepEqual(await resolve(startUrl), { resolved: { startUrl }, asked: [] });
  }
});

type Row = [sentence: string, location: string, startUrl: string, region?: string];

const TARGETS: readonly Row[] = [
  ["follows to the portal", "https://corp.awsapps.com/start", "https://corp.awsapps.com/start"],
  ["cuts what is behind the path", "https://corp.awsapps.com/start/?a=b#/", "https://corp.awsapps.com/start"],
  ["cuts a lone slash", "https://i.portal.eu-west-1.app.aws/", "https://i.portal.eu-west-1.app.aws", "eu-west-1"],
  ["drops a user name", "https://me:x@corp.awsapps.com/start", "https://corp.awsapps.com/start"],
  ["understands //HOST", "//corp.awsapps.com/start", "https://corp.awsapps.com/start"],
  [
    "finds the region of the plain portal",
    "https://i.us-west-2.portal.amazonaws.com",
    "https://i.us-west-2.portal.amazonaws.com",
    "us-west-2",
  ],
  [
    "finds the region of the portal in China",
    "https://i.cn-north-1.portal.amazonaws.com.cn",
    "https://i.cn-north-1.portal.amazonaws.com.cn",
    "cn-north-1",
  ],
  [
    "finds the region of the dual-stack portal in the sovereign cloud",
    "https://i.portal.eusc-de-east-1.api.amazonwebservices.eu/",
    "https://i.portal.eusc-de-east-1.api.amazonwebservices.eu",
    "eusc-de-east-1",
  ],
  ["finds no region in a deeper name", "https://a.b.portal.us-east-1.app.aws", "https://a.b.portal.us-east-1.app.aws"],
];

for (const [sentence, location, startUrl, region] of TARGETS) {
  Deno.test(`resolveStartUrl() ${sentence}`, async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      const { resolved, asked } = await resolve(VANITY, { status, location });
      assert.deepEqual(resolved, { startUrl, region });
      assert.deepEqual(asked, [`HEAD ${VANITY}`]);
    }
  });
}

Deno.test("resolveStartUrl() asks with GET where HEAD is not known", async () => {
  for (const status of [405, 501]) {
    const { resolved, asked } = await resolve(VANITY, { status }, MOVED("https://corp.awsapps.com/start"));
    assert.equal(resolved.startUrl, "https://corp.awsapps.com/start");
    assert.deepEqual(asked, [`HEAD ${VANITY}`, `GET ${VANITY}`]);
  }
});

type Refusal = [sentence: string, startUrl: string, answers: Head[], message: RegExp, exitCode?: number];

const REFUSALS: readonly Refusal[] = [
  ["plain http", "http://sso.example.com", [], /it is not an https URL$/],
  ["plain http of AWS", "http://corp.awsapps.com/start", [], /it is not an https URL$/],
  ["plain http to this machine", "http://127.0.0.1:8080/start", [], /it is not an https URL$/],
  ["what is no URL", "sso.example.com", [], /it is not an https URL$/],
  ["a URL with a comment behind it", "https://sso.example.com # x", [], /it is not an https URL$/],
  ["a page", VANITY, [{ status: 200 }], /HTTP 200, not a redirect$/],
  ["a page that is not there", VANITY, [{ status: 404 }], /HTTP 404, not a redirect$/],
  ["a page by GET", VANITY, [{ status: 405 }, { status: 405 }], /HTTP 405, not a redirect$/],
  ["a redirect without a target", VANITY, [{ status: 302 }], /a redirect to nowhere$/],
  ["a redirect to nonsense", VANITY, [MOVED("https://")], /a redirect to nowhere$/],
  ["a redirect within the host", VANITY, [MOVED("/login")], /"https:\/\/sso\.example\.com", which is not of AWS$/],
  ["a redirect to a stranger", VANITY, [MOVED("https://evil.example/s")], /"https:\/\/evil\.example", which is not/],
  ["a redirect to plain http", VANITY, [MOVED("http://corp.awsapps.com/start")], /which is not of AWS$/],
  ["a server in trouble, for now", VANITY, [{ status: 503 }], /HTTP 503$/, EXIT.temporary],
  ["a server that asks for patience, for now", VANITY, [{ status: 429 }], /HTTP 429$/, EXIT.temporary],
  ["trouble after GET, for now", VANITY, [{ status: 501 }, { status: 501 }], /HTTP 501$/, EXIT.temporary],
];

for (const [sentence, startUrl, answers, message, exitCode = EXIT.failed] of REFUSALS) {
  Deno.test(`resolveStartUrl() refuses ${sentence}`, async () => {
    await assert.rejects(resolve(startUrl, ...answers), (error: UserError) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /^Cannot use start URL "/);
      assert.match(error.message, message);
      assert.equal(error.exitCode, exitCode);
      assert.equal(error.hints.length, 1);
      return true;
    });
  });
}
