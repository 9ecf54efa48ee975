// STS: GetCallerIdentity proves role credentials; AssumeRole is the second link of a source_profile chain.
import type { Reply, WireRequest } from "./http_wire.ts";
import type { RoleKeys } from "./role_keys.ts";
import { stsError, xmlText } from "./service_error.ts";
import { verifySignature } from "./sigv4.ts";
import type { World } from "./world.ts";

const NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";

/** `POST /` with a form; the action decides. */
export async function getCallerIdentity(request: WireRequest, world: World): Promise<Reply> {
  const { keys } = await caller(request, world);
  const { roleId, sessionName, accountId } = keys;
  const result = { Arn: arnOf(keys, world), UserId: `${roleId}:${sessionName}`, Account: accountId };
  return answer("GetCallerIdentity", elements(result));
}

/** Every well-formed role ARN may be assumed; refuse with an injected AccessDenied. Keys live an hour unless asked otherwise. */
export async function assumeRole(request: WireRequest, world: World): Promise<Reply> {
  const { form } = await caller(request, world);
  const [, accountId, role] = /^arn:aws[\w-]*:iam::(\d{12}):role\/(.+)$/.exec(form.get("RoleArn") ?? "") ?? [];
  const sessionName = form.get("RoleSessionName") ?? "";
  if (accountId === undefined || !/^[\w+=,.@-]{2,64}$/.test(sessionName)) throw stsError("ValidationError");
  const seconds = Number(form.get("DurationSeconds") ?? 3600);
  // A role that another one assumes (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html, role chaining).
  if (!(seconds >= 900 && seconds <= 3600)) throw stsError("ValidationError");
  const keys = world.roleKeys.issue({ accountId, role, sessionName, expiresAt: world.now() + seconds * 1000 });
  const credentials = elements({
    AccessKeyId: keys.accessKeyId,
    SecretAccessKey: keys.secretAccessKey,
    SessionToken: keys.sessionToken,
    Expiration: new Date(keys.expiresAt).toISOString().replace(/\.\d{3}/, ""),
  });
  const user = elements({ AssumedRoleId: `${keys.roleId}:${sessionName}`, Arn: arnOf(keys, world) });
  return answer(
    "AssumeRole",
    `<Credentials>${credentials}</Credentials><AssumedRoleUser>${user}</AssumedRoleUser>`,
  );
}

/** For an action this simulator does not know. */
export async function unknownAction(request: WireRequest, world: World): Promise<Reply> {
  await caller(request, world);
  throw stsError("InvalidAction");
}

async function caller(request: WireRequest, world: World): Promise<{ keys: RoleKeys; form: URLSearchParams }> {
  if (!request.headers.get("content-type")?.startsWith("application/x-www-form-urlencoded")) {
    throw stsError("InvalidAction", "Content-Type must be application/x-www-form-urlencoded");
  }
  const form = new URLSearchParams(request.body);
  if (form.get("Version") !== "2011-06-15") throw stsError("InvalidAction", "Unknown version");
  return { keys: await verifySignature(request, world.roleKeys, world.now()), form };
}

function arnOf(keys: RoleKeys, world: World): string {
  const { region } = world.settings;
  const partition = region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
  return `arn:${partition}:sts::${keys.accountId}:assumed-role/${keys.role.split("/").at(-1)}/${keys.sessionName}`;
}

function elements(values: Readonly<Record<string, string>>): string {
  return Object.entries(values).map(([name, text]) => `<${name}>${xmlText(text)}</${name}>`).join("");
}

function answer(action: string, result: string): Reply {
  return {
    status: 200,
    headers: { "content-type": "text/xml" },
    body: `<${action}Response xmlns="${NAMESPACE}"><${action}Result>${result}</${action}Result>` +
      `<ResponseMetadata><RequestId>${crypto.randomUUID()}</RequestId></ResponseMetadata></${action}Response>\n`,
  };
}
