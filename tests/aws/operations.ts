// The calls the simulator answers: how a request is told to be one of them, and who handles it.
import { authorize } from "./authorization_codes.ts";
import type { Reply, WireRequest } from "./http_wire.ts";
import { createToken, registerClient, startDeviceAuthorization } from "./oidc.ts";
import { getRoleCredentials, listAccountRoles, listAccounts, logout } from "./portal.ts";
import { type Service, serviceError } from "./service_error.ts";
import { assumeRole, getCallerIdentity, unknownAction } from "./sts.ts";
import type { World } from "./world.ts";

/** Which service each operation belongs to. */
export const OPERATIONS = {
  RegisterClient: "oidc",
  StartDeviceAuthorization: "oidc",
  CreateToken: "oidc",
  Authorize: "oidc",
  GetRoleCredentials: "portal",
  ListAccounts: "portal",
  ListAccountRoles: "portal",
  Logout: "portal",
  GetCallerIdentity: "sts",
  AssumeRole: "sts",
  UnknownAction: "sts",
} as const satisfies Record<string, Service>;

export type Operation = keyof typeof OPERATIONS;

type Handler = (request: WireRequest, world: World) => Reply | Promise<Reply>;

const PATHS: Readonly<Record<string, readonly [Operation, Handler]>> = {
  "POST /client/register": ["RegisterClient", registerClient],
  "POST /device_authorization": ["StartDeviceAuthorization", startDeviceAuthorization],
  "POST /token": ["CreateToken", createToken],
  "GET /authorize": ["Authorize", authorize],
  "GET /federation/credentials": ["GetRoleCredentials", getRoleCredentials],
  "GET /assignment/accounts": ["ListAccounts", listAccounts],
  "GET /assignment/roles": ["ListAccountRoles", listAccountRoles],
  "POST /logout": ["Logout", logout],
};

const ACTIONS: Readonly<Record<string, readonly [Operation, Handler]>> = {
  GetCallerIdentity: ["GetCallerIdentity", getCallerIdentity],
  AssumeRole: ["AssumeRole", assumeRole],
};

/** A request that was recognised. `handle` throws ServiceError. */
export interface Call {
  readonly operation: Operation;
  readonly service: Service;
  /** What was asked, without any secret. */
  readonly summary: string;
  handle(world: World): Reply | Promise<Reply>;
}

/** The call, or undefined for a method and path that no service has. */
export function callOf(request: WireRequest): Call | undefined {
  const key = `${request.method} ${request.path}`;
  const form = new URLSearchParams(key === "POST /" ? request.body : "");
  const row = key === "POST /"
    ? ACTIONS[form.get("Action") ?? ""] ?? ["UnknownAction", unknownAction] as const
    : PATHS[key];
  if (row === undefined) return undefined;
  const [operation, handler] = row;
  const service = OPERATIONS[operation];
  return {
    operation,
    service,
    summary: summaryOf(request, form),
    handle(world) {
      const refusal = otherRegion(request, operation, world);
      if (refusal !== undefined) throw refusal;
      return handler(request, world);
    },
  };
}

/**
 * A host that names another region than the instance's knows neither its clients nor its tokens. What AWS says then
 * is known for StartDeviceAuthorization only (InvalidRequestException); the others are modelled. STS is the same
 * everywhere.
 */
function otherRegion(request: WireRequest, operation: Operation, world: World) {
  const host = request.headers.get("host") ?? "";
  const region = /^(?:oidc|portal\.sso)(?:-fips)?\.([a-z]+(?:-[a-z]+)+-\d+)\./.exec(host)?.[1];
  if (region === undefined || region === world.settings.region || operation === "RegisterClient") return undefined;
  if (operation === "StartDeviceAuthorization") return serviceError("oidc", "InvalidRequestException");
  const service = OPERATIONS[operation];
  return serviceError(service, service === "oidc" ? "InvalidClientException" : "UnauthorizedException");
}

const TOLD = [
  "clientName",
  "startUrl",
  "grantType",
  "account_id",
  "role_name",
  "max_result",
  "Action",
  "RoleArn",
  "RoleSessionName",
  "ExternalId",
];

function summaryOf(request: WireRequest, form: URLSearchParams): string {
  let body: unknown;
  try {
    body = JSON.parse(request.body);
  } catch { /* A form, an empty body, or nonsense: then only the query tells. */ }
  const fields = new Map<string, unknown>([
    ...request.query,
    ...form,
    ...(typeof body === "object" && body !== null ? Object.entries(body) : []),
  ]);
  return TOLD.flatMap((name) => fields.has(name) ? [`${name}=${String(fields.get(name))}`] : []).join(" ");
}
