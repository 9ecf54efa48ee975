// Signs a person in to the AWS web console: the credentials of a profile become a link.
import { AwsError } from "../aws/client.ts";
import { readAwsFiles } from "../aws/config_file.ts";
import type { Target } from "../aws/protocol.ts";
import { type RoleChain, roleChainOf } from "../aws/role_chain.ts";
import { classifyProof } from "../domain/classify.ts";
import { consolePage, signInEndpoint } from "../domain/console_url.ts";
import { consoleSession, LINK_LIFE_MS, loginLink, sessionSeconds } from "../domain/console_url_requests.ts";
import { hostAndPort } from "../domain/host.ts";
import { EXIT, UserError } from "../domain/problem.ts";
import type { Secret } from "../domain/secret.ts";
import { shellWord } from "../domain/shell_word.ts";
import type { Connection, Context } from "./context.ts";
import { temporaryFault } from "./faults.ts";
import { callPatiently, keysOf } from "./prove.ts";
import { roleCredentials } from "./role_credentials.ts";
import { unusable } from "./role_credentials_refusals.ts";
import type { System } from "../system/system.ts";
import { caCertsOf, signInTarget } from "./targets.ts";

export interface ConsoleOptions {
  readonly profile: string;
  /** As in the AWS CLI; else the first page of the console. */
  readonly service?: string;
  /** Else that of the environment, of the profile, of the session. */
  readonly region?: string;
  /** Of the console session. */
  readonly durationMs?: number;
}

/** A way into the console; times in epoch milliseconds. */
export interface ConsoleSignIn {
  /** Whoever has it is signed in. */
  readonly link: Secret;
  readonly profile: string;
  readonly accountId?: string;
  readonly roleName?: string;
  readonly madeAt: number;
  /** Until then it can be opened. */
  readonly linkExpiresAt: number;
  /** Then AWS signs the person out. */
  readonly sessionExpiresAt: number;
}

/** For the sign-in service, after the credentials are there. */
const TIMEOUT_MS = 30_000;

/**
 * A link to the console with the credentials of a profile, got as for every other program.
 *
 * @throws {UserError} exit code 2 for a wish that cannot be met, else as {@link roleCredentials} does.
 */
export async function signInToConsole(context: Context, options: ConsoleOptions): Promise<ConsoleSignIn> {
  const { system } = context;
  const { profile: name, service } = options;
  const region = wishedRegion(options, system.env);
  // What was typed wrong is said before anything is asked.
  if (region !== undefined) signInEndpoint(region);
  const chain = await chainOf(context, name);
  const target = signInTarget(chain.profile, chain.session, system.env, { region, publicUrl: signInEndpoint });
  const page = consolePage(target.region, service);
  const chained = chain.steps.length > 0;
  const chosen = sessionSeconds(options.durationMs, chained);

  const shared = shareConnection(context, chain, target);
  try {
    const { credentials } = await roleCredentials(shared.context, name);
    const aws = await shared.open();
    const madeAt = system.now();
    const now = madeAt + (aws.clockOffsetMs ?? 0);
    const { seconds, endsAt } = consoleSession(chosen, { chained, keysEndAt: credentials.expiresAt, now });
    const input = { ...keysOf(credentials), sessionSeconds: seconds };
    const run = { ...context, aws, deadline: madeAt + TIMEOUT_MS };
    const { signinToken } = await callPatiently(run, "GetSigninToken", target, input).catch((error) => {
      throw signInRefused(error, { ...options, region }, seconds);
    });
    return {
      link: loginLink(target.endpoint, signinToken, page),
      profile: name,
      ...roleOf(chain),
      madeAt,
      linkExpiresAt: madeAt + LINK_LIFE_MS,
      // By the clock of this machine, like the rest.
      sessionExpiresAt: endsAt - now + madeAt,
    };
  } finally {
    (await shared.opened)?.close();
  }
}

/** Goes before that of the profile, as in the AWS CLI v2. Empty is unset. */
function wishedRegion(
  { region }: ConsoleOptions,
  { AWS_REGION, AWS_DEFAULT_REGION }: System["env"],
): string | undefined {
  return region ?? ((AWS_REGION || AWS_DEFAULT_REGION) || undefined);
}

async function chainOf({ system }: Context, name: string): Promise<RoleChain> {
  const found = await roleChainOf(name, await readAwsFiles(system), system.home);
  if (found.kind === "problem") throw unusable(found.problem, system.home);
  return found.chain;
}

/** A process can connect once: whoever asks first opens the way for the sign-in as well, and nobody closes it but us. */
function shareConnection(context: Context, { session, profile }: RoleChain, { endpoint }: Target) {
  const reached = { session, chosen: true, profiles: [profile] };
  const shared = {
    opened: undefined as Promise<Connection> | undefined,
    open: (hosts: readonly string[] = []) =>
      shared.opened ??= context.connect(
        [...new Set([...hosts, hostAndPort(endpoint)])],
        caCertsOf([reached], context.system),
      ),
    context: {
      ...context,
      connect: async (hosts: readonly string[]): Promise<Connection> => {
        const connection = await shared.open(hosts);
        return {
          call: (...call) => connection.call(...call),
          get clockOffsetMs() {
            return connection.clockOffsetMs;
          },
          close() {},
        };
      },
    } satisfies Context,
  };
  return shared;
}

/** Whose session it is: that of the last role that is assumed. */
function roleOf({ root, steps }: RoleChain): Pick<ConsoleSignIn, "accountId" | "roleName"> {
  const last = steps.at(-1);
  if (last === undefined) return { accountId: root.accountId, roleName: root.roleName };
  const [, accountId, roleName] = /:(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(last.roleArn) ?? [];
  return { accountId, roleName };
}

/** @param seconds what was asked for: nothing for a role that another one assumes */
function signInRefused(error: unknown, { profile, region, durationMs }: ConsoleOptions, seconds?: number): unknown {
  if (!(error instanceof AwsError)) return error;
  if (classifyProof(error.failure) === "temporary") {
    return new UserError(temporaryFault(error).message, ["try again in a moment"], EXIT.temporary);
  }
  const hints = [
    ...durationMs !== undefined
      ? ["choose a shorter --duration, or leave it out: the role may allow no more"]
      : seconds !== undefined
      ? ["is the clock of this machine right? the life of the credentials is measured by it; or try: --duration 1h"]
      : [],
    ...region === undefined ? [] : [`is the account in the same AWS partition as region ${region}?`],
    `see whether the role works at all: sso-heal check --profile ${shellWord(profile)}`,
  ];
  return new UserError(
    `Cannot sign in to the console by profile "${profile}": AWS does not take its credentials for that ` +
      `(${error.failure.message}), and says no more`,
    hints,
  );
}
