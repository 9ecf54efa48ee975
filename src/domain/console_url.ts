// Where a person signs in to the AWS web console, and which page is opened there, in every partition.
import { isGlobal, pageOf } from "./console_url_services.ts";
import { EXIT, UserError } from "./problem.ts";

interface Partition {
  readonly regions: RegExp;
  readonly signIn: (region: string) => string;
  /** `prefix` is the region and a dot, or nothing. */
  readonly console: (prefix: string) => string;
  /** The region whose console has no prefix. */
  readonly bare?: string;
}

/**
 * Sign-in: the endpoint rule set of the service `signin` in botocore, for the regional names; China by the toolkits of
 * AWS (aws-toolkit-jetbrains AwsConsoleUrlFactory.kt), who know no regional federation there, and no name with
 * `cn-north-1`. European sovereign cloud: docs.aws.eu, "endpoints".
 */
const PARTITIONS: readonly Partition[] = [
  {
    regions: /^cn-/,
    signIn: () => "signin.amazonaws.cn",
    console: (prefix) => `${prefix}console.amazonaws.cn`,
    bare: "cn-north-1",
  },
  {
    regions: /^us-gov-/,
    signIn: (region) => `${region === "us-gov-west-1" ? "" : `${region}.`}signin.amazonaws-us-gov.com`,
    console: (prefix) => `${prefix}console.amazonaws-us-gov.com`,
  },
  {
    regions: /^eusc-/,
    signIn: (region) => `${region}.signin.amazonaws-eusc.eu`,
    console: (prefix) => `${prefix}console.amazonaws-eusc.eu`,
  },
];
const COMMERCIAL: Partition = {
  regions: /^/,
  signIn: (region) => `${region}.signin.aws.amazon.com`,
  console: (prefix) => `${prefix}console.aws.amazon.com`,
};

/** Isolated regions, whose consoles nobody outside can see. */
const UNKNOWN = /^[a-z]{2}-iso[a-z]?-/;

/** A host label, and no number: it becomes a part of a host name. */
const REGION = /^(?!\d+$)[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/;

/** `https://` host of the sign-in service for a region. Token and link must come from the same. */
export function signInEndpoint(region: string): string {
  return `https://${partitionOf(region).signIn(region)}`;
}

/**
 * The page to land on: that of a service, else the console's first.
 *
 * @param service as in the AWS CLI (`dynamodb`, `logs`), or a path of the console (`ec2/v2`)
 * @throws {UserError} for a region or a service that cannot be a part of a link
 */
export function consolePage(region: string, service?: string): string {
  const partition = partitionOf(region);
  const named = service?.toLowerCase();
  if (named !== undefined && !/^[a-z\d-]+(?:\/[a-z\d-]+)*$/.test(named)) {
    throw wrong(`Cannot open the console of service "${named}": that is no service`, "write a name such as s3 or ec2");
  }
  const page = pageOf(named ?? "console");
  const prefix = region === partition.bare || isGlobal(page) ? "" : `${region}.`;
  const place = page.place === undefined ? "" : `#${page.place}`;
  return `https://${partition.console(prefix)}/${page.path}/home?region=${region}${place}`;
}

function partitionOf(region: string): Partition {
  if (!REGION.test(region)) {
    throw wrong(`Cannot use region "${region}": that is no region`, "write: --region us-east-1");
  }
  if (UNKNOWN.test(region)) {
    throw wrong(`Cannot make a link for region "${region}": its web console is not known`, "choose another region");
  }
  return PARTITIONS.find(({ regions }) => regions.test(region)) ?? COMMERCIAL;
}

function wrong(message: string, hint: string): UserError {
  return new UserError(message, [hint], EXIT.usage);
}
