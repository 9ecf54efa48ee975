// What an installation takes from the environment, and what it warns of.
import type { ServiceHint } from "../domain/service.ts";
import type { Caller } from "../service/account.ts";
import type { System } from "../system/system.ts";

/** With a longer one the AWS CLI, which begins at 15 minutes left, may come first. */
export const LONGEST_SAFE_MINUTES = 12;
export const SELDOM: ServiceHint = {
  code: "SeldomRuns",
  message:
    "AWS gives tokens of an hour: with this interval some may end, or be refreshed by other programs, in between.",
  hint: "sessions stay alive all the same; for tokens that never end: --every 10m",
};

/**
 * The environment that may be kept. What root has set is not for an account to ask for by `env:NAME` in its config, unless
 * it is that account's own `sudo`, or root names it.
 */
export function given(
  env: System["env"],
  { asRoot, account }: Caller,
  ofConfig: readonly string[],
  named: readonly string[],
): System["env"] {
  if (!asRoot || account.uid === 0 || env.SUDO_USER === account.name) return env;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !ofConfig.includes(name) || named.includes(name)));
}

export function missingVariable(name: string): ServiceHint {
  return {
    code: "VariableMissing",
    message: `The config asks for env:${name}, and it is not set here: that channel will not work.`,
    hint: `set ${name} and install again, or name a file in the config: file:PATH`,
  };
}

/** Variables that change what a check does, and that the job will not have. */
const MEANT = /^AWS_(CONFIG_FILE|SHARED_CREDENTIALS_FILE|REGION|DEFAULT_REGION|ENDPOINT_URL\w*|USE_\w+_ENDPOINT)$/;

export function leftOut(env: System["env"], named: readonly string[]): readonly ServiceHint[] {
  return Object.keys(env).filter((name) => MEANT.test(name) && env[name] && !named.includes(name)).sort()
    .map((name) => ({
      code: "VariableNotKept",
      message: `${name} is set here, and the job will not have it.`,
      hint: `if it needs it: install --env ${name}`,
    }));
}
