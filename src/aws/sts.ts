// The operations of STS, inside the worker.
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { type Handlers, text } from "./operation.ts";

export const HANDLERS: Handlers<"GetCallerIdentity"> = {
  async GetCallerIdentity(credentials, options) {
    const client = new STSClient({ ...options, credentials, systemClockOffset: options.clockOffsetMs });
    const answer = await client.send(new GetCallerIdentityCommand({}));
    return { arn: text(answer.Arn, "Arn"), accountId: text(answer.Account, "Account") };
  },
};
