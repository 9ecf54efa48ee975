// Tests of the JSON documents: the shape that other programs rely on.
import assert from "node:assert/strict";
import { NO_SERVICE } from "../domain/service.ts";
import type { CheckReport, SessionReport, StatusReport } from "../domain/report.ts";
import { checkJson, formatJson, instant, statusJson } from "./json.ts";

const NOW = Date.UTC(2026, 10, 20, 10, 0, 0, 987);
const HOUR = 3_600_000;

const FULL: SessionReport = {
  name: "my-sso",
  startUrl: "https://example.awsapps.com/start",
  region: "us-east-1",
  state: "needs-login",
  action: "failed",
  outcome: "needs-login",
  counted: true,
  accessTokenExpiresAt: NOW + HOUR,
  refreshable: false,
  registrationExpiresAt: NOW + 2 * HOUR,
  retryAt: NOW + 3 * HOUR,
  loginReason: "refresh-refused",
  error: { code: "InvalidGrantException", message: "refused", hint: "log in", file: "/home/me/x", line: 2 },
  profiles: [{
    name: "dev",
    accountId: "012345678901",
    roleName: "ReadOnly",
    ok: true,
    arn: "arn:aws:sts::012345678901:assumed-role/ReadOnly/me",
    credentialsExpireAt: NOW + 4 * HOUR,
  }],
};
const BARE: SessionReport = {
  name: "unused",
  startUrl: "",
  region: "",
  state: "needs-login",
  action: "none",
  outcome: "healthy",
  counted: false,
  profiles: [{ name: "p", accountId: "012345678901", roleName: "R" }],
};

const FULL_JSON = {
  name: "my-sso",
  startUrl: "https://example.awsapps.com/start",
  region: "us-east-1",
  state: "needs-login",
  action: "failed",
  accessTokenExpiresAt: "2026-11-20T11:00:00Z",
  refreshable: false,
  registrationExpiresAt: "2026-11-20T12:00:00Z",
  retryAt: "2026-11-20T13:00:00Z",
  loginReason: "refresh-refused",
  error: { code: "InvalidGrantException", message: "refused", hint: "log in", file: "/home/me/x", line: 2 },
  profiles: [{
    name: "dev",
    accountId: "012345678901",
    roleName: "ReadOnly",
    ok: true,
    arn: "arn:aws:sts::012345678901:assumed-role/ReadOnly/me",
    credentialsExpireAt: "2026-11-20T14:00:00Z",
  }],
};
const BARE_JSON = {
  name: "unused",
  startUrl: "",
  region: "",
  state: "needs-login",
  action: "none",
  neverUsed: true,
  profiles: [{ name: "p", accountId: "012345678901", roleName: "R" }],
};
const PROBLEM = { code: "NotUtf8", message: "not UTF-8", hint: "save it as UTF-8", file: "/home/me/.aws/config" };

Deno.test("checkJson() has the fields of the contract, and what does not apply is absent", () => {
  const report: CheckReport = {
    outcome: "needs-login",
    startedAt: NOW,
    durationMs: 412.7,
    sessions: [FULL, BARE],
    problems: [PROBLEM],
    warnings: [],
  };
  assert.deepEqual(JSON.parse(checkJson(report)), {
    version: 1,
    outcome: "needs-login",
    startedAt: "2026-11-20T10:00:00Z",
    durationMs: 413,
    sessions: [FULL_JSON, BARE_JSON],
    problems: [PROBLEM],
    warnings: [],
  });
});

Deno.test("statusJson() has the same sessions, and the service as far as it is known", () => {
  const report: StatusReport = {
    outcome: "healthy",
    at: NOW,
    sessions: [FULL, BARE],
    problems: [],
    warnings: [],
    service: NO_SERVICE,
  };
  const document = {
    version: 1,
    outcome: "healthy",
    at: "2026-11-20T10:00:00Z",
    sessions: [FULL_JSON, BARE_JSON],
    problems: [],
    warnings: [],
    service: { installed: false, stale: false, hints: [] },
  };
  assert.deepEqual(JSON.parse(statusJson(report)), document);
  assert.deepEqual(
    JSON.parse(statusJson({ ...report, lastRunAt: NOW - HOUR, lastOutcome: "broken", lastReason: "sync of dev: no" })),
    {
      ...document,
      service: {
        ...document.service,
        lastRunAt: "2026-11-20T09:00:00Z",
        lastOutcome: "broken",
        lastReason: "sync of dev: no",
      },
    },
  );
});

Deno.test("instant() has no fraction, and is absent where no calendar goes", () => {
  assert.equal(instant(1_999), "1970-01-01T00:00:01Z");
  assert.equal(instant(-1), "1969-12-31T23:59:59Z");
  assert.equal(instant(undefined), undefined);
  assert.equal(instant(1e18), undefined);
  assert.equal(instant(NaN), undefined);
});

Deno.test("formatJson() is one document that no text in it can turn into terminal commands", () => {
  const name = "\x1b[2J\x7f\x9b1m\u2028\u2029\u202e\u2066日本";
  const text = formatJson({ name });
  assert.deepEqual(JSON.parse(text), { name });
  assert.doesNotMatch(text.replaceAll("\n", ""), /[\p{Cc}\u2028\u2029\u202e\u2066]/u);
  assert.ok(text.endsWith("}\n"));
});
