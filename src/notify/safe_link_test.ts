// Proves which links may be shown.
import assert from "node:assert/strict";
import { safeLink } from "./safe_link.ts";

const ROWS: readonly (readonly [link: string, safe: boolean])[] = [
  ["https://device.sso.us-east-1.amazonaws.com/?user_code=ABCD-EFGH", true],
  ["https://example.awsapps.com/start/#/device?user_code=ABCD-EFGH", true],
  ["http://localhost:8080/device?user_code=A", true],
  ["http://127.0.0.1/x", true],
  ["http://[::1]:1/x", true],
  ["http://127.0.0.1.evil.example/x", false],
  ["http://example.com/", false],
  ["HTTPS://example.com/", true],
  ["ftp://example.com/", false],
  ["javascript:alert(1)", false],
  ["https://amazon.com@evil.example/", false],
  ["https://a:b@evil.example/", false],
  ["https://example.com/|x", false],
  ["https://example.com/>x", false],
  ["https://example.com/<x", false],
  ['https://example.com/"x', false],
  ["https://example.com/`x", false],
  ["https://example.com/\\x", false],
  ["https://example.com/ x", false],
  ["https://example.com/\nx", false],
  ["https://example.com/\u202ex", false],
  ["https://exämple.com/", false],
  [`https://example.com/${"x".repeat(1000)}`, false],
  ["", false],
];

for (const [link, safe] of ROWS) {
  Deno.test(`safeLink() ${safe ? "keeps" : "refuses"} "${encodeURI(link.slice(0, 70))}"`, () => {
    assert.equal(safeLink(link), safe ? link : undefined);
  });
}
