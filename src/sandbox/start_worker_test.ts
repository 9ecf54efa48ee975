// Tests of starting workers: a host that no grant can name is refused by name.
import assert from "node:assert/strict";
import { startAwsWorker } from "./aws_worker.ts";

Deno.test("startAwsWorker() takes what can be granted, and names what cannot", () => {
  const hosts = ["a_b.example:443", "example.com.:443", "localhost:8080", "127.0.0.1:0", "[::1]:443"];
  startAwsWorker(hosts).terminate();
  for (const odd of ["my..host:443", "*.example.com:443", "exa$mple.com:443", "us east 1:443", "example.com"]) {
    assert.throws(() => startAwsWorker(["example.com:443", odd]), {
      message: `Cannot reach "${odd}": that is no valid host name`,
    });
  }
});
