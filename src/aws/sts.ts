// The operations of STS, inside the worker.
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { type ClientOptions, type Handlers, instant, text } from "./operation.ts";
import type { RoleKeys } from "./protocol.ts";

export const HANDLERS: Handlers<"GetCallerIdentity" | "AssumeRole"> = {
  async GetCallerIdentity(keys, options) {
    const answer = await clientOf(keys, options).send(new GetCallerIdentityCommand({}));
    return { arn: text(answer.Arn, "Arn"), accountId: text(answer.Account, "Account") };
  },
  async AssumeRole({ roleArn, sessionName, externalId, durationSeconds, ...keys }, options) {
    const command = new AssumeRoleCommand({
      RoleArn: roleArn,
      RoleSessionName: sessionName,
      ExternalId: externalId,
      DurationSeconds: durationSeconds,
    });
    const { Credentials: issued } = await clientOf(keys, options).send(command);
    return {
      accessKeyId: text(issued?.AccessKeyId, "AccessKeyId"),
      secretAccessKey: text(issued?.SecretAccessKey, "SecretAccessKey"),
      sessionToken: text(issued?.SessionToken, "SessionToken"),
      expiresAt: instant(issued?.Expiration?.getTime(), "Expiration"),
    };
  },
};

function clientOf({ accessKeyId, secretAccessKey, sessionToken }: RoleKeys, options: ClientOptions): STSClient {
  const credentials = { accessKeyId, secretAccessKey, sessionToken };
  return new STSClient({ ...options, credentials, systemClockOffset: options.clockOffsetMs });
}
