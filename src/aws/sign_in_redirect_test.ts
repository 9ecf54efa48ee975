// Proves who is sent on to the secret link, and that nothing else about it reaches anybody.
import assert from "node:assert/strict";
import { sendOn } from "./sign_in_redirect.ts";

const LINK = "https://us-east-1.signin.aws.amazon.com/federation?Action=login&SigninToken=s3cret";
const GOOD = "http://127.0.0.1:5555/by-chance";

function request(url: string, { method = "GET", host = "127.0.0.1:5555" } = {}): Request {
  return new Request(url, { method, headers: { host } });
}

Deno.test("sendOn() sends on who asks for the path, and lets nobody keep or tell where from", () => {
  const { response, came } = sendOn(request(GOOD), 5555, "/by-chance", LINK, false);
  assert.deepEqual([response.status, response.body, came], [303, null, { sentOn: true }]);
  assert.deepEqual(Object.fromEntries(response.headers), {
    location: LINK,
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    connection: "close",
  });
});

Deno.test("sendOn() gives the link to nobody else, and says that somebody asked", async () => {
  const { response, came } = sendOn(request(GOOD), 5555, "/by-chance", LINK, true);
  assert.deepEqual([response.status, came], [404, { sentOn: true, again: true }]);
  assert.doesNotMatch(await response.text(), /s3cret/);
  assert.equal(sendOn(request(`${GOOD}x`), 5555, "/by-chance", LINK, true).came, undefined);
});

const REFUSED: readonly (readonly [what: string, request: Request])[] = [
  ["another path", request("http://127.0.0.1:5555/by-chances")],
  ["a longer path", request(`${GOOD}/`)],
  ["a query", request(`${GOOD}?x`)],
  ["the root", request("http://127.0.0.1:5555/")],
  ["an icon", request("http://127.0.0.1:5555/favicon.ico")],
  ["another method", request(GOOD, { method: "POST" })],
  ["a look ahead", request(GOOD, { method: "HEAD" })],
  ["a name that leads here", request(GOOD, { host: "evil.example:5555" })],
  ["the usual name of this machine", request(GOOD, { host: "localhost:5555" })],
  ["another port in the host name", request(GOOD, { host: "127.0.0.1:5556" })],
];

for (const [what, asked] of REFUSED) {
  Deno.test(`sendOn() answers 404 to ${what}`, async () => {
    const { response, came } = sendOn(asked, 5555, "/by-chance", LINK, false);
    assert.deepEqual([response.status, response.headers.get("location"), came], [404, null, undefined]);
    assert.doesNotMatch(await response.text(), /s3cret|by-chance/);
  });
}
