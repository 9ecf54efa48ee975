// The one call to the sign-in service, inside the worker: a token for the web console. No SDK has an operation for it.
import { FEDERATION_PATH, signinTokenForm } from "../domain/console_url_requests.ts";
import { SignInRefused, UnreadableAnswer } from "./failure_of.ts";
import { type ClientOptions, type Handlers, text } from "./operation.ts";
import type { Transport } from "./transport.ts";

type Request = Parameters<Transport["handle"]>[0];

export const HANDLERS: Handlers<"GetSigninToken"> = {
  /**
   * Exchanges the keys for a sign-in token.
   *
   * @throws {SignInRefused} for every answer but 200; its text holds nothing of the answer
   * @throws {UnreadableAnswer} for a 200 that is no such answer
   */
  async GetSigninToken({ sessionSeconds, ...keys }, { endpoint, requestHandler }: ClientOptions) {
    const { response } = await requestHandler.handle(requestOf(endpoint, signinTokenForm(keys, sessionSeconds)));
    if (response.statusCode !== 200) throw new SignInRefused(response.statusCode);
    return { signinToken: tokenIn(new TextDecoder().decode(response.body as Uint8Array)) };
  },
};

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
