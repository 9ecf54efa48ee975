// Proves the figures of a check, and that any collector can read them.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Outcome } from "../domain/outcome.ts";
import type { CheckReport, SessionReport } from "../domain/report.ts";
import { metricsOf } from "./metrics.ts";

const AT = Date.parse("2026-11-20T10:00:00Z");

function session(name: string, more: Partial<SessionReport> = {}): SessionReport {
  return {
    name,
    startUrl: "https://corp.awsapps.com/start",
    region: "us-east-1",
    state: "healthy",
    action: "none",
    outcome: "healthy",
    counted: true,
    profiles: [],
    ...more,
  };
}

function report(outcome: Outcome, ...sessions: SessionReport[]): CheckReport {
  return { outcome, startedAt: AT, durationMs: 1500, sessions, problems: [], warnings: [] };
}

Deno.test("metricsOf() writes one family after the other", () => {
  const text = metricsOf(report(
    "needs-login",
    session("corp", { accessTokenExpiresAt: AT + 3_600_500, registrationExpiresAt: AT + 86_400_000 }),
    session("lab", { state: "needs-login", outcome: "needs-login" }),
    session("never", { state: "needs-login", outcome: "needs-login", counted: false }),
  ));
  assert.equal(
    text,
    `# HELP sso_heal_last_check_seconds End of the last check, Unix time.
# TYPE sso_heal_last_check_seconds gauge
sso_heal_last_check_seconds 1795168801.5
# HELP sso_heal_last_check_exit_code Exit code of the last check.
# TYPE sso_heal_last_check_exit_code gauge
sso_heal_last_check_exit_code 4
# HELP sso_heal_session_healthy 1 if the session works without a person.
# TYPE sso_heal_session_healthy gauge
sso_heal_session_healthy{session="corp"} 1
sso_heal_session_healthy{session="lab"} 0
# HELP sso_heal_session_needs_login 1 if a person must sign in.
# TYPE sso_heal_session_needs_login gauge
sso_heal_session_needs_login{session="corp"} 0
sso_heal_session_needs_login{session="lab"} 1
# HELP sso_heal_access_token_expires_seconds End of the access token, Unix time.
# TYPE sso_heal_access_token_expires_seconds gauge
sso_heal_access_token_expires_seconds{session="corp"} 1795172400.5
# HELP sso_heal_registration_expires_seconds End of the client registration, Unix time.
# TYPE sso_heal_registration_expires_seconds gauge
sso_heal_registration_expires_seconds{session="corp"} 1795255200
`,
  );
});

Deno.test("metricsOf() leaves out a family without figures", () => {
  assert.equal(metricsOf(report("healthy")).includes("session"), false);
  assert.equal(metricsOf(report("healthy", session("corp"))).includes("expires"), false);
});

Deno.test("metricsOf() gives the exit code of every outcome", () => {
  const rows = [["healthy", 0], ["temporary-failure", 75], ["needs-login", 4], ["broken", 1]] as const;
  for (const [outcome, code] of rows) {
    assert.match(metricsOf(report(outcome)), new RegExp(`^sso_heal_last_check_exit_code ${code}$`, "m"));
  }
});

/** The grammar of a line (Prometheus exposition formats), with its label value taken apart. */
const SAMPLE = /^[a-z_]+(?:\{session="((?:[^"\\\n]|\\["\\n])*)"\})? -?\d+(?:\.\d+)?$/;

Deno.test("metricsOf() carries any name through", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (name) => {
    const [line] = metricsOf(report("healthy", session(name))).split("\n").filter((each) => each.includes("{"));
    const value = SAMPLE.exec(line)?.[1];
    assert.notEqual(value, undefined, line);
    const words: Record<string, string> = { "\\n": "\n", '\\"': '"', "\\\\": "\\" };
    assert.equal(value?.replace(/\\["\\n]/g, (escaped) => words[escaped]), name);
  }));
});

Deno.test("metricsOf() writes nothing but lines that a collector reads", () => {
  const text = metricsOf(report("broken", session('a "b" \\ c\nd', { accessTokenExpiresAt: AT })));
  assert.ok(text.endsWith("\n"));
  for (const line of text.trimEnd().split("\n")) assert.match(line, line.startsWith("#") ? /^# (HELP|TYPE) / : SAMPLE);
});
