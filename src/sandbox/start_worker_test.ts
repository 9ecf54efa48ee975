// Tests of which hosts may become a grant: what Deno would refuse, or take for more than one, is refused here.
import assert from "node:assert/strict";
import { isGrantable, startAwsWorker } from "./aws_worker.ts";

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

Deno.test("startAwsWorker() takes every host that isGrantable() takes, and names one that it does not", () => {
  for (const [host, grantable] of ROWS) {
    if (grantable) startAwsWorker([host]).terminate();
    else assert.throws(() => startAwsWorker(["example.com:443", host]), { message: message(host) });
  }
});

function message(host: string): string {
  return `Cannot reach "${host}": that is no valid host name`;
}
