// What the browser of this machine asks of us and brings back: read alike by the worker that listens and the main program.
import { Secret } from "../domain/secret.ts";

/** Where the browser is sent in the end: the path that AWS knows from the registration; the port is open (RFC 8252). */
export const CALLBACK_PATH = "/oauth/callback";

/** What is waited for: the answer to the login with this `state`, or a browser to send on to a link, see `sign_in_redirect.ts`. */
export type WaitedFor = { readonly state: string } | { readonly path: string; readonly link: string };

/** The first message to the worker that listens; it gives up after `timeoutMs`. */
export type ListenMessage = WaitedFor & { readonly timeoutMs: number };

/**
 * What was waited for: the answer of the login (`?code=…`), or that the browser is on its way; `again`: somebody asked for
 * the link after it was given away.
 */
export type Came = { readonly query: string } | { readonly sentOn: true; readonly again?: true };

/** What that worker says: first the port or why it cannot listen, then what came or that nobody did. */
export type ListenerMessage = { readonly failed: string } | { readonly port: number } | Came | {
  readonly timedOut: true;
};

/** What the person did on the sign-in page. */
export type Callback =
  | { readonly result: "approved"; readonly code: Secret }
  | { readonly result: "denied" }
  /** `error`: one of the words of RFC 6749, 4.1.2.1, such as `invalid_scope`. */
  | { readonly result: "failed"; readonly error: string };

/**
 * Reads the query of the callback address. Undefined when it is not the answer to the login with this `state`: another
 * window, or somebody who tries to slip in a code of his own. An error has to bring the state as well (RFC 6749, 4.1.2.1),
 * else every page of the web could end a login.
 */
export function parseCallback(query: string, state: string): Callback | undefined {
  const fields = new URLSearchParams(query);
  if (fields.get("state") !== state) return undefined;
  const error = fields.get("error");
  if (error === "access_denied") return { result: "denied" };
  if (error !== null) return { result: "failed", error: /^[\w.-]{1,60}$/.test(error) ? error : "unknown error" };
  const code = fields.get("code");
  return code ? { result: "approved", code: new Secret(code) } : undefined;
}
