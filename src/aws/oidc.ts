// The operations of SSO-OIDC, inside the worker.
import {
  CreateTokenCommand,
  RegisterClientCommand,
  SSOOIDCClient,
  StartDeviceAuthorizationCommand,
} from "@aws-sdk/client-sso-oidc";
import { type Handlers, number, text } from "./operation.ts";

export const HANDLERS: Handlers<"RegisterClient" | "StartDeviceAuthorization" | "CreateToken"> = {
  async RegisterClient(input, options) {
    const answer = await new SSOOIDCClient(options).send(
      new RegisterClientCommand({ clientType: "public", ...input }),
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
    const grantType = input.refreshToken !== undefined
      ? "refresh_token"
      : input.code !== undefined
      ? "authorization_code"
      : "urn:ietf:params:oauth:grant-type:device_code";
    const answer = await new SSOOIDCClient(options).send(new CreateTokenCommand({ grantType, ...input }));
    return {
      accessToken: text(answer.accessToken, "accessToken"),
      refreshToken: answer.refreshToken || undefined,
      expiresInS: number(answer.expiresIn, "expiresIn"),
    };
  },
};
