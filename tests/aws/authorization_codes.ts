// Authorization code with PKCE: the page that `login --flow browser` opens, and the code it sends back.
import { createHash } from "node:crypto";
import type { Reply, WireRequest } from "./http_wire.ts";
import type { Mint } from "./mint.ts";
import { oidcError } from "./service_error.ts";
import type { World } from "./world.ts";

/** One code on its way through a browser. `expiresAt` is epoch milliseconds of the services' clock. */
export interface AuthorizationCode {
  readonly code: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly challenge: string;
  readonly user: string;
  readonly expiresAt: number;
}

export class AuthorizationCodes {
  readonly #open = new Map<string, AuthorizationCode>();

  constructor(readonly mint: Mint) {}

  issue(wanted: Omit<AuthorizationCode, "code">): AuthorizationCode {
    const code = { ...wanted, code: this.mint.secret("code-", 40) };
    this.#open.set(code.code, code);
    return code;
  }

  /** The code, which is used up; throws InvalidGrantException unless client, address and verifier fit. */
  redeem(code: string, clientId: string, redirectUri: string, verifier: string, now: number): AuthorizationCode {
    const known = this.#open.get(code);
    const challenge = createHash("sha256").update(verifier).digest("base64url");
    const fits = known !== undefined && known.expiresAt > now && known.clientId === clientId &&
      known.redirectUri === redirectUri && known.challenge === challenge;
    if (!fits) throw oidcError("InvalidGrantException", "Invalid authorization code provided");
    this.#open.delete(code);
    return known;
  }
}

/**
 * `GET /authorize`: the request itself is the person's approval (`&deny=1`: the refusal), answered with the redirect
 * to the client's loopback address. The parameter for scopes is `scopes`, not `scope` (AWS CLI 2.36 utils.py).
 */
export function authorize(request: WireRequest, world: World): Reply {
  const { query } = request;
  const client = world.registrations.find(query.get("client_id"));
  const redirectUri = query.get("redirect_uri") ?? "";
  const wrong = client === undefined || client.expiresAt <= world.now()
    ? "client_id"
    : !client.grantTypes?.includes("authorization_code")
    ? "client without authorization_code"
    : !client.redirectUris?.some((known) => known === withoutPort(redirectUri))
    ? "redirect_uri"
    : query.get("response_type") !== "code"
    ? "response_type"
    : query.get("code_challenge_method") !== "S256" || !query.get("code_challenge")
    ? "code_challenge"
    : !query.get("state")
    ? "state"
    : !query.get("scopes")
    ? "scopes"
    : undefined;
  if (wrong !== undefined || client === undefined) {
    return { status: 400, headers: { "content-type": "text/html" }, body: `<h1>Bad request: ${wrong}</h1>\n` };
  }
  const location = new URL(redirectUri);
  location.searchParams.set("state", query.get("state") ?? "");
  if (query.has("deny")) location.searchParams.set("error", "access_denied");
  else {
    const { code } = world.codes.issue({
      clientId: client.clientId,
      redirectUri,
      challenge: query.get("code_challenge") ?? "",
      user: query.get("user") ?? world.settings.user,
      expiresAt: world.now() + 600_000,
    });
    location.searchParams.set("code", code);
  }
  return { status: 302, headers: { location: location.href } };
}

/** A loopback address is registered without the port, which is chosen at each login (RFC 8252, 7.3). */
function withoutPort(uri: string): string {
  return uri.replace(/^(http:\/\/127\.0\.0\.1):\d+\//, "$1/");
}
