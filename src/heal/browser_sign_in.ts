// Signs in through the browser of this machine: authorization code with PKCE, as the AWS CLI does by default.
import {
  authorizeUrl,
  browserClient,
  browserRegistration,
  codeGrant,
  pkce,
  VERIFIER_BYTES,
} from "../aws/browser_login.ts";
import { BROWSER_LOGIN_MS, type BrowserAnswer, type CallbackListener } from "../aws/browser_login_listener.ts";
import { tokenPath } from "../aws/token_cache.ts";
import {
  formatRegistration,
  isFitFor,
  readRegistration,
  type Registration,
  registrationPath,
} from "../aws/registration_cache.ts";
import { UserError } from "../domain/problem.ts";
import type { BrowserPrompt } from "../domain/report.ts";
import { prepareFile, writeFileAtomic } from "../store/atomic_file.ts";
import type { Connection, Run } from "./context.ts";
import type { View } from "./look.ts";
import { DEFAULT_SCOPES, REGISTRATION_LEAST_MS } from "./open_link.ts";
import { type SignedIn, signIn, TOKEN_BYTES } from "./sign_in.ts";
import { signInUrl } from "./start_urls.ts";
import { sessionTargets } from "./targets.ts";

/** How it ended; `denied` and `expired` as for a device code. */
export type BrowserSignIn = SignedIn | { readonly result: "denied" | "expired" };

/**
 * Waits until the browser has come back; `show` is told which page to open.
 *
 * @throws {UserError} {@link AwsError}
 */
export async function signInByBrowser(
  run: Run,
  connection: Connection,
  view: View,
  { show, expectedUser }: { show(prompt: BrowserPrompt): void; readonly expectedUser?: string },
): Promise<BrowserSignIn> {
  const { system, aws } = run;
  const { session } = view;
  if (connection.listen === undefined) throw new UserError("Cannot sign in by browser: this run may not listen");
  const registration = await register(run, view);
  const { oidc } = sessionTargets(session, system.env);
  const state = crypto.randomUUID();
  const { verifier, challenge } = pkce(crypto.getRandomValues(new Uint8Array(VERIFIER_BYTES)));
  // It ends with its answer, else with the connection: the same worker waits for the sessions that follow.
  const listener = await connection.listen(state);
  const { port } = listener;
  const url = authorizeUrl(oidc.endpoint, { registration, port }, state, challenge);
  show({ session: session.name, startUrl: session.startUrl, url, expiresAt: system.now() + BROWSER_LOGIN_MS });
  const answer = await answerOrStop(system, listener);
  if (answer.result === "failed") throw new UserError(`Cannot sign in by browser: ${answer.error}`);
  if (answer.result !== "approved") return answer;
  const prepared = await prepareFile(tokenPath(system.home, session), TOKEN_BYTES);
  let token;
  try {
    token = await aws.call("CreateToken", oidc, codeGrant({ registration, port }, answer.code, verifier));
  } catch (error) {
    await prepared.discard();
    throw error;
  }
  const { clientId, clientSecret, expiresAt: registrationExpiresAt } = registration;
  const client = { startUrl: session.startUrl, region: session.region, clientId, clientSecret, registrationExpiresAt };
  return await signIn(run, view, { client, answer: token, prepared, expectedUser });
}

/** The answer of the browser. @throws {UserError} as soon as the program is to end, which only a sleep is told. */
async function answerOrStop({ sleep }: Run["system"], { answer }: CallbackListener): Promise<BrowserAnswer> {
  const answered = new AbortController();
  const over = sleep(BROWSER_LOGIN_MS, answered.signal).then((): BrowserAnswer => ({ result: "expired" }));
  try {
    return await Promise.race([answer, over]);
  } finally {
    answered.abort();
  }
}

/** Both flows share one file; a registration of the other flow is replaced, as the AWS CLI does. */
async function register(run: Run, { session }: View): Promise<Registration> {
  const { system, aws } = run;
  const scopes = session.scopes ?? DEFAULT_SCOPES;
  const cached = await readRegistration(system, session);
  const until = system.now() + REGISTRATION_LEAST_MS;
  if (cached.kind === "registration" && isFitFor("browser", cached.registration, scopes, until)) {
    return cached.registration;
  }
  const client = browserClient(`botocore-client-${session.name}`, scopes, signInUrl(run, session));
  const answer = await aws.call("RegisterClient", sessionTargets(session, system.env).oidc, client);
  const registration = browserRegistration(answer, scopes);
  await writeFileAtomic(registrationPath(system.home, session), formatRegistration(registration));
  return registration;
}
