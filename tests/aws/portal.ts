// The SSO portal: role credentials, lists of accounts and roles, logout.
import type { Reply, WireRequest } from "./http_wire.ts";
import { portalError } from "./service_error.ts";
import type { SignIn } from "./sign_ins.ts";
import type { World } from "./world.ts";

/** `GET /federation/credentials?role_name&account_id`; `expiration` is in epoch milliseconds. */
export function getRoleCredentials(request: WireRequest, world: World): Reply {
  const signIn = signedIn(request, world);
  const accountId = required(request, "account_id");
  const roleName = required(request, "role_name");
  const account = world.settings.accounts[accountId];
  if (!account?.roles.includes(roleName) || account.refused?.includes(roleName)) {
    throw portalError("ForbiddenException");
  }
  const keys = world.roleKeys.issue({
    accountId,
    role: `AWSReservedSSO_${roleName}_0123456789abcdef`,
    sessionName: signIn.user,
    expiresAt: world.now() + world.settings.roleLifeS * 1000,
  });
  const { accessKeyId, secretAccessKey, sessionToken, expiresAt: expiration } = keys;
  return json({ roleCredentials: { accessKeyId, secretAccessKey, sessionToken, expiration } });
}

/** `GET /assignment/accounts?max_result&next_token` */
export function listAccounts(request: WireRequest, world: World): Reply {
  signedIn(request, world);
  const accounts = Object.entries(world.settings.accounts)
    .map(([accountId, { name, email }]) => ({ accountId, accountName: name, emailAddress: email }));
  const { page, nextToken } = paged(accounts, request, world);
  return json({ nextToken, accountList: page });
}

/** `GET /assignment/roles?account_id&max_result&next_token` */
export function listAccountRoles(request: WireRequest, world: World): Reply {
  signedIn(request, world);
  const accountId = required(request, "account_id");
  const account = world.settings.accounts[accountId];
  if (account === undefined) throw portalError("ForbiddenException");
  const { page, nextToken } = paged(account.roles.map((roleName) => ({ roleName, accountId })), request, world);
  return json({ nextToken, roleList: page });
}

/** `POST /logout`: ends the session with all its tokens (what AWS ends beside the access token is not known). */
export function logout(request: WireRequest, world: World): Reply {
  world.signIns.end(signedIn(request, world), true);
  return { status: 200 };
}

function signedIn(request: WireRequest, world: World): SignIn {
  const now = world.now();
  const recent = world.portalRequests;
  while (recent.length > 0 && recent[0] <= now - 1000) recent.shift();
  if (recent.length >= world.settings.portalPerSecond) throw portalError("TooManyRequestsException");
  recent.push(now);
  const signIn = world.signIns.ofAccessToken(request.headers.get("x-amz-sso_bearer_token"), now);
  if (signIn === undefined) throw portalError("UnauthorizedException");
  return signIn;
}

function required(request: WireRequest, name: string): string {
  const value = request.query.get(name);
  if (!value) throw portalError("InvalidRequestException", `Missing parameter: ${name}`);
  return value;
}

function paged<T>(items: readonly T[], request: WireRequest, world: World): { page: T[]; nextToken: string | null } {
  const size = Number(request.query.get("max_result") ?? world.settings.pageSize);
  if (!Number.isInteger(size) || size < 1 || size > 100) {
    throw portalError("InvalidRequestException", "max_result must be from 1 to 100");
  }
  const token = request.query.get("next_token");
  const from = token === null ? 0 : Number(/^page-(\d+)$/.exec(token)?.[1]);
  if (Number.isNaN(from)) throw portalError("InvalidRequestException", "Invalid next_token");
  const nextToken = from + size < items.length ? `page-${from + size}` : null;
  return { page: items.slice(from, from + size), nextToken };
}

function json(body: Record<string, unknown>): Reply {
  return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
