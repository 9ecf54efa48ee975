// Runs inside the confined worker: the only part of the program that talks to AWS, and it has no files.
//
// Its permissions are the exact hosts of this run and nothing else (see `sandbox/permissions.ts`).
/// <reference lib="deno.worker" />
import "../sandbox/lock_down.ts";
import {
  CreateTokenCommand,
  RegisterClientCommand,
  SSOOIDCClient,
  StartDeviceAuthorizationCommand,
} from "@aws-sdk/client-sso-oidc";
import { GetRoleCredentialsCommand, LogoutCommand, SSOClient } from "@aws-sdk/client-sso";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { AnswerMessage, CallMessage, Input, Operation, Output, SetupMessage } from "./protocol.ts";
import { failureOf, UnreadableAnswer } from "./failure_of.ts";
import { Transport } from "./transport.ts";

type Handler<O extends Operation> = (input: Input<O>, client: ClientOptions) => Promise<Output<O>>;

interface ClientOptions {
  readonly endpoint: string;
  readonly region: string;
  readonly requestHandler: Transport;
  readonly maxAttempts: 1;
  readonly clockOffsetMs: number;
}

/** One row an operation. Retries are the caller's: it looks at the files again between two attempts. */
const HANDLERS: { readonly [O in Operation]: Handler<O> } = {
  async RegisterClient({ clientName, scopes }, options) {
    const answer = await new SSOOIDCClient(options).send(
      new RegisterClientCommand({ clientName, clientType: "public", scopes }),
    );
    return {
      clientId: text(answer.clientId, "clientId"),
      clientSecret: text(answer.clientSecret, "clientSecret"),
      expiresAt: number(answer.clientSecretExpiresAt, "clientSecretExpiresAt") * 1000,
    };
  },
  async StartDeviceAuthorization(input, options) {
    const answer = await new SSOOIDCClient(options).send(new StartDeviceAuthorizationCommand(input));
    return {
      deviceCode: text(answer.deviceCode, "deviceCode"),
      userCode: text(answer.userCode, "userCode"),
      verificationUri: text(answer.verificationUri, "verificationUri"),
      verificationUriComplete: text(answer.verificationUriComplete, "verificationUriComplete"),
      expiresInS: number(answer.expiresIn, "expiresIn"),
      // The AWS CLI takes 5 seconds when the answer names none.
      intervalS: answer.interval ?? 5,
    };
  },
  async CreateToken(input, options) {
    const grantType = input.refreshToken === undefined
      ? "urn:ietf:params:oauth:grant-type:device_code"
      : "refresh_token";
    const answer = await new SSOOIDCClient(options).send(new CreateTokenCommand({ grantType, ...input }));
    return {
      accessToken: text(answer.accessToken, "accessToken"),
      refreshToken: answer.refreshToken || undefined,
      expiresInS: number(answer.expiresIn, "expiresIn"),
    };
  },
  async GetRoleCredentials(input, options) {
    const { roleCredentials } = await new SSOClient(options).send(new GetRoleCredentialsCommand(input));
    return {
      accessKeyId: text(roleCredentials?.accessKeyId, "accessKeyId"),
      secretAccessKey: text(roleCredentials?.secretAccessKey, "secretAccessKey"),
      sessionToken: text(roleCredentials?.sessionToken, "sessionToken"),
      expiresAt: number(roleCredentials?.expiration, "expiration"),
    };
  },
  async Logout(input, options) {
    await new SSOClient(options).send(new LogoutCommand(input));
    return {};
  },
  async GetCallerIdentity(credentials, options) {
    const client = new STSClient({ ...options, credentials, systemClockOffset: options.clockOffsetMs });
    const answer = await client.send(new GetCallerIdentityCommand({}));
    return { arn: text(answer.Arn, "Arn"), accountId: text(answer.Account, "Account") };
  },
};

function text(value: string | undefined, field: string): string {
  if (typeof value !== "string" || value === "") throw new UnreadableAnswer(`the answer lacks "${field}"`);
  return value;
}

function number(value: number | undefined, field: string): number {
  if (typeof value !== "number" || !(value > 0)) throw new UnreadableAnswer(`the answer lacks a valid "${field}"`);
  return value;
}

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
};
