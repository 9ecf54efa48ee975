// The client side for the simulator's own tests: requests without any SDK, and the bare bytes of an answer.
import { DEVICE_CODE_GRANT } from "./oidc.ts";
import type { IssuedSession } from "./issue_session.ts";
import type { Simulator } from "./simulator.ts";

/** An answer with its body as text and, where it is JSON, parsed. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

/** What fetch takes in Deno. */
type Init = RequestInit & { readonly client?: Deno.HttpClient };

/** POST of a JSON body to a path of the simulator. */
export function post(aws: Simulator, path: string, body: unknown, init: Init = {}): Promise<Answer> {
  const headers = { "content-type": "application/json", ...init.headers };
  return call(`${aws.url}${path}`, { ...init, method: "POST", body: JSON.stringify(body), headers });
}

/** GET with the bearer header of the portal. */
export function get(aws: Simulator, path: string, token?: string): Promise<Answer> {
  return call(`${aws.url}${path}`, { headers: token === undefined ? {} : { "x-amz-sso_bearer_token": token } });
}

/** Any request; redirects are not followed. */
export async function call(url: string, init: Init = {}): Promise<Answer> {
  const response = await fetch(url, { redirect: "manual", ...init });
  const text = await response.text();
  const isJson = response.headers.get("content-type") === "application/json" && text !== "";
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : {} };
}

/** A registered client with a device authorization: what `poll` needs. */
export async function startLogin(aws: Simulator): Promise<{ client: Answer["json"]; login: Answer["json"] }> {
  const scopes = ["sso:account:access"];
  const { json: client } = await post(aws, "/client/register", { clientName: "test", clientType: "public", scopes });
  const { clientId, clientSecret } = client;
  const startUrl = "https://sim.awsapps.com/start";
  const { json: login } = await post(aws, "/device_authorization", { clientId, clientSecret, startUrl });
  return { client, login };
}

export function poll(aws: Simulator, client: Answer["json"], login: Answer["json"]): Promise<Answer> {
  const { clientId, clientSecret } = client;
  return post(aws, "/token", { clientId, clientSecret, grantType: DEVICE_CODE_GRANT, deviceCode: login.deviceCode });
}

/** CreateToken with the refresh token of an issued session, or with another one. */
export function refresh(aws: Simulator, session: IssuedSession, refreshToken: unknown = session.token.refreshToken) {
  const { clientId, clientSecret } = session.token;
  return post(aws, "/token", { clientId, clientSecret, grantType: "refresh_token", refreshToken });
}

/** What one request gets on the wire, byte by byte. */
export interface Exchange {
  readonly bytes: Uint8Array;
  /** The same in Latin-1. */
  readonly text: string;
  /** Whether the server ended the connection; false: it fell silent for `patienceMs`. */
  readonly closed: boolean;
}

/** Sends raw HTTP and reads until the server closes or says nothing for `patienceMs`. */
export async function exchange(aws: Simulator, request: string, patienceMs: number): Promise<Exchange> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: aws.port });
  await conn.write(new TextEncoder().encode(request));
  const chunks: number[] = [];
  let closed = false;
  for (let waiting = true; waiting;) {
    const chunk = new Uint8Array(4096);
    const timer = setTimeout(() => conn.close(), patienceMs);
    const count = await conn.read(chunk).catch(() => undefined);
    clearTimeout(timer);
    waiting = typeof count === "number";
    closed = count === null;
    if (typeof count === "number") chunks.push(...chunk.subarray(0, count));
  }
  if (closed) conn.close();
  const bytes = new Uint8Array(chunks);
  return { bytes, text: new TextDecoder("latin1").decode(bytes), closed };
}

/** The raw request of a refresh, after which the server has to close. */
export function rawRefresh(session: IssuedSession): string {
  const { clientId, clientSecret, refreshToken } = session.token;
  const body = JSON.stringify({ clientId, clientSecret, grantType: "refresh_token", refreshToken });
  const headers =
    `Host: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n`;
  return `POST /token HTTP/1.1\r\n${headers}\r\n${body}`;
}
