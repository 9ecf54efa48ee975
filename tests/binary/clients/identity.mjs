// What an application with the AWS SDK for JavaScript does: the default credentials, one call.
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

const { Arn } = await new STSClient({}).send(new GetCallerIdentityCommand({}));
console.log(Arn);
