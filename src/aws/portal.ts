// The operations of the SSO portal, inside the worker.
import { GetRoleCredentialsCommand, LogoutCommand, SSOClient } from "@aws-sdk/client-sso";
import { type Handlers, number, text } from "./operation.ts";

export const HANDLERS: Handlers<"GetRoleCredentials" | "Logout"> = {
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
};
