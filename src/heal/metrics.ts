// The figures of a check in the Prometheus text format.
import { exitCodeOf } from "../domain/outcome.ts";
import type { CheckReport, SessionReport } from "../domain/report.ts";

/** Label values escape backslash, quote and newline (Prometheus exposition formats, text format). */
function label(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly value: (session: SessionReport) => number | undefined;
}

const GAUGES: readonly Gauge[] = [
  {
    name: "sso_heal_session_healthy",
    help: "1 if the session works without a person.",
    value: ({ outcome }) => outcome === "healthy" ? 1 : 0,
  },
  {
    name: "sso_heal_session_needs_login",
    help: "1 if a person must sign in.",
    value: ({ state }) => state === "needs-login" ? 1 : 0,
  },
  {
    name: "sso_heal_access_token_expires_seconds",
    help: "End of the access token, Unix time.",
    value: ({ accessTokenExpiresAt: at }) => at === undefined ? undefined : at / 1000,
  },
  {
    name: "sso_heal_registration_expires_seconds",
    help: "End of the client registration, Unix time.",
    value: ({ registrationExpiresAt: at }) => at === undefined ? undefined : at / 1000,
  },
];

/** Figures of one check: its end, its exit code, and one line a session for each gauge. */
export function metricsOf(report: CheckReport): string {
  const lines = [
    ...family("sso_heal_last_check_seconds", "End of the last check, Unix time."),
    `sso_heal_last_check_seconds ${(report.startedAt + report.durationMs) / 1000}`,
    ...family("sso_heal_last_check_exit_code", "Exit code of the last check."),
    `sso_heal_last_check_exit_code ${exitCodeOf(report.outcome)}`,
  ];
  const sessions = report.sessions.filter(({ counted }) => counted);
  for (const { name, help, value } of GAUGES) {
    const samples = sessions.flatMap((session) => {
      const figure = value(session);
      return figure === undefined ? [] : [`${name}{session="${label(session.name)}"} ${figure}`];
    });
    if (samples.length > 0) lines.push(...family(name, help), ...samples);
  }
  return lines.join("\n") + "\n";
}

function family(name: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`];
}
