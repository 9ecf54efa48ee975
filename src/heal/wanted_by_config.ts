// What the config asks of the job besides its schedule: variables, programs, and what a confined job cannot do.
import { readConfig } from "../config/read_config.ts";
import type { Hardening, ServiceHint } from "../domain/service.ts";

export interface WantedByConfig {
  /** Names that stand there as `env:NAME`. */
  readonly variables: readonly string[];
  /** Absolute paths of programs that channels start and that a job may not see. */
  readonly programs: readonly string[];
  hints(hardening: Hardening): readonly ServiceHint[];
}

/** Programs elsewhere are part of the machine, which every job sees. */
const HIDDEN = /^\/(home|root|tmp|var\/tmp)\//;

/** `text` of config.ini; what is wrong in it is the business of the check. */
export function wantedByConfig(text: string, home: string): WantedByConfig {
  const { channels } = readConfig(text, { file: "config.ini", mode: 0o600, home }).config;
  const names = [...text.matchAll(/^\s*[\w.-]+\s*[=:]\s*"?env:([A-Za-z_]\w*)/gm)].map(([, name]) => name);
  const programs = channels.flatMap(({ values }) => values.run?.slice(0, 1) ?? [])
    .filter((path) => HIDDEN.test(path) || path.startsWith(`${home}/`));
  const sendmail = channels.filter(({ values }) => values.server?.startsWith("sendmail:"));
  return {
    variables: [...new Set(names)],
    programs: [...new Set(programs)],
    hints(hardening) {
      if (hardening === "none" || sendmail.length === 0) return [];
      return [{
        code: "SendmailConfined",
        message: `[notify ${
          sendmail[0].name
        }] uses sendmail, which most systems run with rights that this job has not.`,
        hint: "use server = smtps://…, and try it after a day: sso-heal logs",
      }];
    },
  };
}
