// Runs inside the confined worker: the only part of the program that talks to AWS, and it has no files.
//
// Its permissions are the exact hosts of this run and nothing else (see `sandbox/permissions.ts`).
/// <reference lib="deno.worker" />
import "../sandbox/lock_down.ts";
import { failureOf } from "./failure_of.ts";
import type { ClientOptions, Handler, Handlers } from "./operation.ts";
import type { AnswerMessage, CallMessage, Input, Operation, SetupMessage } from "./protocol.ts";
import { Transport } from "./transport.ts";

type Service = () => Promise<{ readonly HANDLERS: Partial<Handlers<Operation>> }>;

const OIDC: Service = () => import("./oidc.ts");
const PORTAL: Service = () => import("./portal.ts");
const STS: Service = () => import("./sts.ts");
const SIGN_IN: Service = () => import("./sign_in.ts");

/** Each service is a part of the SDK of its own, loaded for its first call. */
const SERVICES: { readonly [O in Operation]: Service } = {
  RegisterClient: OIDC,
  StartDeviceAuthorization: OIDC,
  CreateToken: OIDC,
  GetRoleCredentials: PORTAL,
  ListAccounts: PORTAL,
  Logout: PORTAL,
  GetCallerIdentity: STS,
  AssumeRole: STS,
  GetSigninToken: SIGN_IN,
};

let httpClient: Deno.HttpClient | undefined;
/** Why the certificates could not be taken: every call fails of it. */
let setupFailure: unknown;

async function answer(call: CallMessage): Promise<AnswerMessage> {
  const transport = new Transport(call.timeoutMs, httpClient);
  const options: ClientOptions = {
    ...call.target,
    requestHandler: transport,
    maxAttempts: 1,
    clockOffsetMs: call.clockOffsetMs,
  };
  try {
    if (setupFailure !== undefined) throw setupFailure;
    const { HANDLERS } = await SERVICES[call.operation]();
    const handler = HANDLERS[call.operation] as Handler<Operation>;
    const output = await handler(call.input as Input<Operation>, options);
    return { id: call.id, serverTime: transport.serverTime, output };
  } catch (error) {
    return { id: call.id, serverTime: transport.serverTime, failure: failureOf(error, transport) };
  }
}

self.onmessage = async ({ data }: MessageEvent<SetupMessage | CallMessage>) => {
  if ("caCerts" in data) {
    try {
      if (data.caCerts.length > 0) httpClient = Deno.createHttpClient({ caCerts: [...data.caCerts] });
    } catch (error) {
      setupFailure = error;
    }
    return;
  }
  self.postMessage(await answer(data));
  // While the main program stores the answer: a token is proved next.
  if (data.operation === "CreateToken") await PORTAL();
  if (data.operation !== "GetCallerIdentity") await STS();
};

// While the main program prepares its first call.
await OIDC();
