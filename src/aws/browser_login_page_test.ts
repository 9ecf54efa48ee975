// Proves what the browser is shown, and that nobody but the browser of this login is listened to.
import assert from "node:assert/strict";
import { answerBrowser } from "./browser_login_page.ts";

const GOOD = "http://127.0.0.1:5555/oauth/callback?code=s3cret&state=s";

function request(url: string, { method = "GET", host = "127.0.0.1:5555" } = {}): Request {
  return new Request(url, { method, headers: { host } });
}

type Row = [what: string, request: Request, status: number, text: RegExp];

const ROWS: readonly Row[] = [
  ["thanks for the code", request(GOOD), 200, /You can close this window/],
  ["takes a denial", request(GOOD.replace(/code=\w+/, "error=access_denied")), 200, /denied.*close this window/],
  ["takes an error", request(GOOD.replace(/code=\w+/, "error=server_error")), 200, /terminal.*close this window/],
  ["ignores another state", request(`${GOOD}x`), 404, /Nothing here/],
  [
    "ignores a denial without the state",
    request("http://127.0.0.1:5555/oauth/callback?error=access_denied"),
    404,
    /here/,
  ],
  ["ignores another path", request(GOOD.replace("oauth", "other")), 404, /Nothing here/],
  ["ignores a longer path", request(GOOD.replace("callback", "callback/")), 404, /Nothing here/],
  ["ignores another method", request(GOOD, { method: "POST" }), 404, /Nothing here/],
  ["ignores another host name", request(GOOD, { host: "evil.example:5555" }), 404, /Nothing here/],
  ["ignores another port in the host name", request(GOOD, { host: "127.0.0.1:5556" }), 404, /Nothing here/],
  ["ignores a browser that wants an icon", request("http://127.0.0.1:5555/favicon.ico"), 404, /Nothing here/],
];

for (const [what, asked, status, text] of ROWS) {
  Deno.test(`answerBrowser() ${what}`, async () => {
    const { response, came } = answerBrowser(asked, 5555, "s");
    const body = await response.text();
    assert.equal(response.status, status);
    assert.match(body, text);
    assert.doesNotMatch(body, /s3cret/);
    assert.deepEqual(came, status === 200 ? { query: new URL(asked.url).search } : undefined);
    assert.match(response.headers.get("content-security-policy") ?? "", /^default-src 'none';/);
    assert.equal(response.headers.get("referrer-policy"), "no-referrer");
  });
}
