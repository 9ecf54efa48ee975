// Signs in through the browser of this machine: authorization code with PKCE, as the AWS CLI does by default.
import { authorizeUrl, codeGrant, pkce, VERIFIER_BYTES } from "../aws/browser_login.ts";
import { BROWSER_LOGIN_MS } from "../aws/browser_login_listener.ts";
import { tokenPath } from "../aws/token_cache.ts";
import { UserError } from "../domain/problem.ts";
import type { BrowserPrompt } from "../domain/report.ts";
import { prepareFile } from "../store/atomic_file.ts";
import { answerOrStop } from "./browser_sign_in_wait.ts";
import type { Connection, Run } from "./context.ts";
import type { View } from "./look.ts";
import { registrationFor } from "./registration.ts";
import { type SignedIn, signIn, TOKEN_BYTES } from "./sign_in.ts";
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
  const registration = await registrationFor(run, session, { flow: "browser" });
  const { oidc } = sessionTargets(session, system.env);
  const state = crypto.randomUUID();
  const { verifier, challenge } = pkce(crypto.getRandomValues(new Uint8Array(VERIFIER_BYTES)));
  // It ends with its answer, else with the connection: the same worker waits for the sessions that follow.
  const listener = await connection.listen(state);
  const { port } = listener;
  const url = authorizeUrl(oidc.endpoint, { registration, port }, state, challenge);
  show({ session: session.name, startUrl: session.startUrl, url, expiresAt: system.now() + BROWSER_LOGIN_MS });
  const answer = await answerOrStop(system, listener, BROWSER_LOGIN_MS);
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
