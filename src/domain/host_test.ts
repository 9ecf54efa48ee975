// Tests of hosts: what Deno would refuse, or take for more than one, is no host that can be granted.
import assert from "node:assert/strict";
import { hostAndPort, isGrantable } from "./host.ts";

Deno.test("hostAndPort() says what a network grant wants", () => {
  const rows = [
    ["https://oidc.us-east-1.amazonaws.com", "oidc.us-east-1.amazonaws.com:443"],
    ["https://a.example:8443/path", "a.example:8443"],
    ["http://localhost", "localhost:80"],
    ["http://127.0.0.1:8080", "127.0.0.1:8080"],
    ["http://[::1]:8080", "[::1]:8080"],
    ["https://A.Example:443", "a.example:443"],
  ];
  for (const [url, expected] of rows) assert.equal(hostAndPort(url), expected);
});

const ROWS: Array<[host: string, grantable: boolean]> = [
  ["oidc.us-east-1.amazonaws.com:443", true],
  ["a_b.example:443", true],
  ["example.com.:443", true],
  ["localhost:8080", true],
  ["127.0.0.1:0", true],
  ["[::1]:443", true],
  ["my..host:443", false],
  [".host:443", false],
  ["x*y.example:443", false],
  ["*.example.com:443", false],
  ["exa$mple.com:443", false],
  ["us east 1:443", false],
  ["example.com", false],
  [`${"a".repeat(64)}.com:443`, false],
  [`${"a.".repeat(130)}com:443`, false],
];

for (const [host, grantable] of ROWS) {
  Deno.test(`isGrantable() ${grantable ? "takes" : "refuses"} ${host.slice(0, 40)}`, () => {
    assert.equal(isGrantable(host), grantable);
  });
}
