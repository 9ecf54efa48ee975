// SSO-OIDC: RegisterClient, StartDeviceAuthorization and CreateToken, as strict as the service model.
import type { Reply, WireRequest } from "./http_wire.ts";
import type { Registration } from "./registrations.ts";
import { oidcError } from "./service_error.ts";
import type { TokenAnswer } from "./sign_ins.ts";
import type { World } from "./world.ts";

export const DEVICE_CODE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";
const GRANTS = [DEVICE_CODE_GRANT, "refresh_token", "authorization_code"];

/** `POST /client/register`. The secret lives `registrationLifeS`. */
export function registerClient(request: WireRequest, world: World): Reply {
  const fields = fieldsOf(request, ["clientName", "clientType"]);
  if (fields.text("clientType") !== "public") {
    throw oidcError("InvalidClientMetadataException", "clientType must be public");
  }
  const scopes = fields.list("scopes");
  if (scopes?.some((scope) => !/^[^\s"\\]+$/.test(scope))) throw oidcError("InvalidScopeException");
  const grantTypes = fields.list("grantTypes");
  if (grantTypes?.some((grant) => !GRANTS.includes(grant))) throw oidcError("UnsupportedGrantTypeException");
  const redirectUris = fields.list("redirectUris");
  const issuerUrl = fields.optional("issuerUrl");
  if (grantTypes?.includes("authorization_code")) {
    if (issuerUrl === undefined) throw oidcError("InvalidRequestException", "issuerUrl is required");
    if (redirectUris === undefined || redirectUris.some((uri) => !/^http:\/\/127\.0\.0\.1\/\S*$/.test(uri))) {
      throw oidcError("InvalidRedirectUriException");
    }
  }
  const now = world.now();
  const expiresAt = now + world.settings.registrationLifeS * 1000;
  const client = world.registrations.add({ expiresAt, scopes, grantTypes, redirectUris, issuerUrl });
  return json({
    clientId: client.clientId,
    clientSecret: client.clientSecret,
    clientIdIssuedAt: Math.floor(now / 1000),
    clientSecretExpiresAt: Math.floor(expiresAt / 1000),
  });
}

/** `POST /device_authorization`. A client registered for the browser flow only is refused. */
export function startDeviceAuthorization(request: WireRequest, world: World): Reply {
  const fields = fieldsOf(request, ["clientId", "clientSecret", "startUrl"]);
  const client = clientOf(fields, world);
  checkGrant(client, DEVICE_CODE_GRANT);
  const startUrl = fields.text("startUrl");
  if (!startUrl.startsWith("https://")) throw oidcError("InvalidRequestException", "Invalid start URL");
  const login = world.devices.start(client.clientId, startUrl, world.now());
  return json({
    deviceCode: login.deviceCode,
    userCode: login.userCode,
    verificationUri: `${world.url}/device`,
    verificationUriComplete: `${world.url}/device?user_code=${login.userCode}`,
    expiresIn: world.settings.deviceCodeLifeS,
    interval: world.settings.intervalS,
  });
}

/** `POST /token` for the three grants. A client without scopes never gets a refresh token. */
export function createToken(request: WireRequest, world: World): Reply {
  const fields = fieldsOf(request, ["clientId", "clientSecret", "grantType"]);
  const grant = fields.text("grantType");
  if (!GRANTS.includes(grant)) throw oidcError("UnsupportedGrantTypeException");
  const client = clientOf(fields, world);
  checkGrant(client, grant);
  return json({ ...grantToken(grant, fields, client, world) });
}

function grantToken(grant: string, fields: Fields, client: Registration, world: World): TokenAnswer {
  const now = world.now();
  if (grant === "refresh_token") return world.signIns.refresh(fields.text("refreshToken"), client.clientId, now);
  const { startUrl, user } = grant === DEVICE_CODE_GRANT
    ? world.devices.poll(fields.text("deviceCode"), client.clientId, now)
    : { ...redeem(fields, client, world), startUrl: client.issuerUrl ?? "" };
  const signIn = world.signIns.begin({
    clientId: client.clientId,
    startUrl,
    user: user ?? world.settings.user,
    refreshable: client.scopes !== undefined && client.scopes.length > 0,
  }, now);
  return world.signIns.answer(signIn);
}

function redeem(fields: Fields, client: Registration, world: World) {
  const [code, redirectUri, verifier] = ["code", "redirectUri", "codeVerifier"].map((name) => fields.text(name));
  return world.codes.redeem(code, client.clientId, redirectUri, verifier, world.now());
}

function clientOf(fields: Fields, world: World): Registration {
  return world.registrations.check(fields.text("clientId"), fields.text("clientSecret"), world.now());
}

/** A client that named its grants at registration may use no other (not verified at AWS; RFC 7591, 2). */
function checkGrant(client: Registration, grant: string): void {
  if (grant === "authorization_code" && client.grantTypes === undefined) throw oidcError("UnauthorizedClientException");
  if (client.grantTypes && !client.grantTypes.includes(grant)) throw oidcError("UnauthorizedClientException");
}

interface Fields {
  /** A required string; throws InvalidRequestException. */
  text(name: string): string;
  optional(name: string): string | undefined;
  list(name: string): string[] | undefined;
}

function fieldsOf(request: WireRequest, required: readonly string[]): Fields {
  if (!request.headers.get("content-type")?.startsWith("application/json")) {
    throw oidcError("InvalidRequestException", "Content-Type must be application/json");
  }
  let body: unknown;
  try {
    body = JSON.parse(request.body);
  } catch {
    throw oidcError("InvalidRequestException", "The body is not valid JSON");
  }
  const values = new Map<string, unknown>(typeof body === "object" && body !== null ? Object.entries(body) : []);
  const wrong = (name: string) => oidcError("InvalidRequestException", `Invalid or missing parameter: ${name}`);
  const optional = (name: string) => {
    const value = values.get(name) ?? undefined;
    if (value !== undefined && (typeof value !== "string" || value === "")) throw wrong(name);
    return value;
  };
  const text = (name: string) => {
    const value = optional(name);
    if (value === undefined) throw wrong(name);
    return value;
  };
  const list = (name: string) => {
    const value = values.get(name) ?? undefined;
    if (value === undefined) return undefined;
    if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) throw wrong(name);
    return value;
  };
  for (const name of required) text(name);
  return { text, optional, list };
}

function json(body: Record<string, unknown>): Reply {
  return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
