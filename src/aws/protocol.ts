// What travels between the main program and the worker that talks to AWS: plain data.
import type { CallFailure } from "../domain/classify.ts";

/** Temporary keys, as the calls that are signed with them take them. */
export interface RoleKeys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
}

/** Input and output of every operation, reduced to the fields that are used. Times: epoch milliseconds. */
export interface Operations {
  RegisterClient: {
    input: {
      clientName: string;
      scopes?: string[];
      /** This and the next two for sign-in by browser only; see `browser_login.ts`. */
      grantTypes?: string[];
      redirectUris?: string[];
      issuerUrl?: string;
    };
    output: { clientId: string; clientSecret: string; expiresAt: number };
  };
  StartDeviceAuthorization: {
    input: { clientId: string; clientSecret: string; startUrl: string };
    output: {
      deviceCode: string;
      userCode: string;
      verificationUri: string;
      verificationUriComplete: string;
      expiresInS: number;
      intervalS: number;
    };
  };
  CreateToken: {
    /** With a refresh token, a device code, or the code of a browser: which of them is there decides the grant. */
    input: {
      clientId: string;
      clientSecret: string;
      refreshToken?: string;
      deviceCode?: string;
      code?: string;
      redirectUri?: string;
      codeVerifier?: string;
    };
    output: { accessToken: string; refreshToken?: string; expiresInS: number };
  };
  GetRoleCredentials: {
    input: { accessToken: string; accountId: string; roleName: string };
    output: RoleKeys & { expiresAt: number };
  };
  /** One page of the accounts that the person has any role in; `maxResults` from 1 to 100. */
  ListAccounts: {
    input: { accessToken: string; nextToken?: string; maxResults?: number };
    output: { accounts: { accountId: string; accountName?: string }[]; nextToken?: string };
  };
  Logout: { input: { accessToken: string }; output: Record<never, never> };
  GetCallerIdentity: { input: RoleKeys; output: { arn: string; accountId: string } };
  /** `durationSeconds` from 900; an hour unless given. */
  AssumeRole: {
    input: RoleKeys & { roleArn: string; sessionName: string; externalId?: string; durationSeconds?: number };
    output: RoleKeys & { expiresAt: number };
  };
  /** `sessionSeconds`: the life of the console session; as long as the keys unless given. */
  GetSigninToken: {
    input: RoleKeys & { sessionSeconds?: number };
    /** A secret; good for 15 minutes. */
    output: { signinToken: string };
  };
}

export type Operation = keyof Operations;
export type Input<O extends Operation> = Operations[O]["input"];
export type Output<O extends Operation> = Operations[O]["output"];

/** Where a call goes. */
export interface Target {
  readonly endpoint: string;
  readonly region: string;
}

export interface CallMessage {
  readonly id: number;
  readonly operation: Operation;
  readonly target: Target;
  readonly input: unknown;
  /** Milliseconds for the connection and the head of the answer, and again for its body. */
  readonly timeoutMs: number;
  /** AWS's clock minus ours, milliseconds, as far as known: STS refuses signatures that are off by 15 minutes. */
  readonly clockOffsetMs: number;
}

/** The first message to the worker: certificates to trust besides the built-in and the system's ones (PEM). */
export interface SetupMessage {
  readonly caCerts: readonly string[];
}

export type AnswerMessage =
  & { readonly id: number; /** `Date` header of the answer. */ readonly serverTime?: number }
  & ({ readonly output: unknown } | { readonly failure: CallFailure });
