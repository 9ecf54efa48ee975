// The operations of the SSO portal, inside the worker.
import { GetRoleCredentialsCommand, ListAccountsCommand, LogoutCommand, SSOClient } from "@aws-sdk/client-sso";
import { type Handlers, instant, text } from "./operation.ts";

export const HANDLERS: Handlers<"GetRoleCredentials" | "ListAccounts" | "Logout"> = {
  async GetRoleCredentials(input, options) {
    const { roleCredentials } = await new SSOClient(options).send(new GetRoleCredentialsCommand(input));
    return {
      accessKeyId: text(roleCredentials?.accessKeyId, "accessKeyId"),
      secretAccessKey: text(roleCredentials?.secretAccessKey, "secretAccessKey"),
      sessionToken: text(roleCredentials?.sessionToken, "sessionToken"),
      expiresAt: instant(roleCredentials?.expiration, "expiration"),
    };
  },
  async ListAccounts(input, options) {
    const { accountList = [], nextToken } = await new SSOClient(options).send(new ListAccountsCommand(input));
    const accounts = accountList.map(({ accountId, accountName }) => (
      { accountId: text(accountId, "accountId"), accountName: accountName || undefined }
    ));
    return { accounts, nextToken: nextToken || undefined };
  },
  async Logout(input, options) {
    await new SSOClient(options).send(new LogoutCommand(input));
    return {};
  },
};
