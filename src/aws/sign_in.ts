// The one call to the sign-in service, inside the worker: a token for the web console. No SDK has an operation for it.
import { FEDERATION_PATH, type SigninKeys, signinTokenForm } from "../domain/console_url.ts";
import { UnreadableAnswer } from "./failure_of.ts";
import { type ClientOptions, text } from "./operation.ts";
import type { Transport } from "./transport.ts";

/** Keys of a role, and the life of the console session where it is chosen. */
export interface SigninTokenInput extends SigninKeys {
  readonly sessionSeconds?: number;
}

type Request = Parameters<Transport["handle"]>[0];

/** The service does not take the keys, or not the length of the session; it says no more than the status. */
class SignInRefused extends Error {
  override readonly name = "SignInRefused";
}

/**
 * Exchanges the keys for a sign-in token, a secret that lives 15 minutes.
 *
 * @throws {SignInRefused} for every answer but 200; its text holds nothing of the answer, which may be a whole page
 * @throws {UnreadableAnswer} for a 200 that is no such answer
 */
export async function getSigninToken(
  { sessionSeconds, ...keys }: SigninTokenInput,
  { endpoint, requestHandler }: Pick<ClientOptions, "endpoint"> & {
    readonly requestHandler: Pick<Transport, "handle">;
  },
): Promise<{ signinToken: string }> {
  const { response } = await requestHandler.handle(requestOf(endpoint, signinTokenForm(keys, sessionSeconds)));
  if (response.statusCode !== 200) throw new SignInRefused(`HTTP ${response.statusCode}`);
  return { signinToken: tokenIn(new TextDecoder().decode(response.body as Uint8Array)) };
}

function requestOf(endpoint: string, body: string): Request {
  const { protocol, hostname, port, pathname } = new URL(endpoint);
  const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
  const path = `${pathname.replace(/\/$/, "")}${FEDERATION_PATH}`;
  const place = { protocol, hostname, port: port === "" ? undefined : Number(port), path, query: {} };
  return { ...place, method: "POST", headers, body } as unknown as Request;
}

function tokenIn(body: string): string {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    throw new UnreadableAnswer("the answer is not JSON");
  }
  if (typeof answer !== "object" || answer === null) throw new UnreadableAnswer("the answer is no JSON object");
  return text((answer as { SigninToken?: string }).SigninToken, "SigninToken");
}
