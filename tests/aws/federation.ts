// The sign-in service: exchanges the keys of a role for a sign-in token, and sends whoever comes with it to the console.
import type { Reply, WireRequest } from "./http_wire.ts";
import { ServiceError } from "./service_error.ts";
import type { World } from "./world.ts";

const PATH = "/federation";
const TOKEN_LIFE_MS = 15 * 60_000;

/** What a sign-in gives the person who comes with it. */
export interface ConsoleSession {
  readonly accountId: string;
  readonly role: string;
  /** Epoch milliseconds of the services' clock. */
  readonly endsAt: number;
}

interface SigninToken extends ConsoleSession {
  readonly expiresAt: number;
}

/** The service of one simulator. */
export class Federation {
  readonly #tokens = new Map<string, SigninToken>();
  /** The sessions that were begun, oldest first. */
  readonly sessions: ConsoleSession[] = [];

  /** The call, told by its path; undefined for every other. */
  callOf(request: WireRequest) {
    if (request.path !== PATH) return undefined;
    const isLogin = request.method === "GET";
    const form = isLogin ? request.query : new URLSearchParams(request.body);
    const told = ["Action", "SessionDuration", "Destination"].filter((name) => form.has(name));
    return {
      service: "signin",
      operation: isLogin ? "Login" : "GetSigninToken",
      summary: told.map((name) => `${name}=${form.get(name)}`).join(" "),
      handle: (world: World) => isLogin ? this.#login(form, world) : this.#getToken(request, form, world),
    } as const;
  }

  #getToken(request: WireRequest, form: URLSearchParams, world: World): Reply {
    const isForm = request.headers.get("content-type")?.startsWith("application/x-www-form-urlencoded");
    if (request.method !== "POST" || !isForm || form.get("Action") !== "getSigninToken") throw refusal(400);
    const keys = keysOf(form.get("Session") ?? "", world);
    if (keys === undefined || keys.expiresAt <= world.now()) throw refusal(400);
    const wished = form.get("SessionDuration");
    const seconds = Number(wished ?? 0);
    // A role that another one assumed cannot choose; those of the portal have a name of AWS.
    const mayChoose = keys.role.startsWith("AWSReservedSSO_") && seconds >= 900 && seconds <= 43_200;
    if (wished !== null && !mayChoose) throw refusal(400);
    const token = world.mint.secret("signin-", 200);
    this.#tokens.set(token, {
      accountId: keys.accountId,
      role: keys.role,
      endsAt: wished === null ? keys.expiresAt : world.now() + seconds * 1000,
      expiresAt: world.now() + TOKEN_LIFE_MS,
    });
    const headers = { "content-type": "application/json" };
    return { status: 200, headers, body: JSON.stringify({ SigninToken: token }) };
  }

  /** What the person opens; a token is good for one sign-in. */
  #login(form: URLSearchParams, world: World): Reply {
    const token = form.get("SigninToken") ?? "";
    const found = this.#tokens.get(token);
    const destination = form.get("Destination") ?? "";
    if (form.get("Action") !== "login" || !form.has("Issuer") || !/^https:\/\/[\w.-]*console\./.test(destination)) {
      throw refusal(400);
    }
    if (found === undefined || found.expiresAt <= world.now()) throw refusal(400, "<html>Sign in again</html>");
    this.#tokens.delete(token);
    const { accountId, role, endsAt } = found;
    this.sessions.push({ accountId, role, endsAt });
    return { status: 302, headers: { location: destination } };
  }
}

/** The keys that were handed out, if `session` holds all three values of them. */
function keysOf(session: string, { roleKeys }: World) {
  const [id, secret, token] = ["sessionId", "sessionKey", "sessionToken"]
    .map((name) => new RegExp(`"${name}":"([^"]*)"`).exec(session)?.[1]);
  const keys = roleKeys.find(id ?? "");
  return keys?.secretAccessKey === secret && keys?.sessionToken === token ? keys : undefined;
}

/** It refuses without a word, or with a page for people. */
function refusal(status: number, body = ""): ServiceError {
  const headers = body === "" ? undefined : { "content-type": "text/html" };
  return new ServiceError("SignInRefused", { status, headers, body });
}
