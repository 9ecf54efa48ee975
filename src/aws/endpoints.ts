// Which URL answers for a service in a region: all partitions, FIPS, dual-stack, and the overrides AWS clients honour.
import { isLoopback } from "../domain/loopback.ts";
import { UserError } from "../domain/problem.ts";

/** `signin`: where a person signs in to the web console. */
export type Service = "oidc" | "portal" | "sts" | "signin";

/** URLs to use instead of the resolved endpoints. */
export type ServiceUrls = { readonly [S in Service]?: string };

interface Partition {
  readonly regions: RegExp;
  readonly suffix: string;
  readonly dualstackSuffix: string;
}

/** From botocore's endpoint rule sets; a region that fits none is taken as the commercial partition. */
const PARTITIONS: readonly Partition[] = [
  { regions: /^cn-/, suffix: "amazonaws.com.cn", dualstackSuffix: "api.amazonwebservices.com.cn" },
  { regions: /^us-gov-/, suffix: "amazonaws.com", dualstackSuffix: "api.aws" },
  { regions: /^eusc-/, suffix: "amazonaws.eu", dualstackSuffix: "api.amazonwebservices.eu" },
  { regions: /^us-iso-/, suffix: "c2s.ic.gov", dualstackSuffix: "api.aws.ic.gov" },
  { regions: /^us-isob-/, suffix: "sc2s.sgov.gov", dualstackSuffix: "api.aws.scloud" },
  { regions: /^eu-isoe-/, suffix: "cloud.adc-e.uk", dualstackSuffix: "api.cloud-aws.adc-e.uk" },
  { regions: /^us-isof-/, suffix: "csp.hci.ic.gov", dualstackSuffix: "api.aws.hci.ic.gov" },
];
const COMMERCIAL: Partition = { regions: /^/, suffix: "amazonaws.com", dualstackSuffix: "api.aws" };

/** Services with a name of the usual kind; the sign-in service has its own, see `domain/console_url.ts`. */
export type ApiService = Exclude<Service, "signin">;

const PREFIX: Record<ApiService, string> = { oidc: "oidc", portal: "portal.sso", sts: "sts" };

export interface EndpointOptions {
  readonly useFips?: boolean;
  readonly useDualstack?: boolean;
}

/** The public URL of a service, such as `https://oidc.us-east-1.amazonaws.com`. No trailing slash. */
export function endpointOf(service: ApiService, region: string, options: EndpointOptions = {}): string {
  const partition = PARTITIONS.find(({ regions }) => regions.test(region)) ?? COMMERCIAL;
  const suffix = options.useDualstack ? partition.dualstackSuffix : partition.suffix;
  // In us-gov the plain name is the FIPS endpoint, unless it is dual-stack (botocore rule sets).
  const fips = options.useFips && (options.useDualstack || !region.startsWith("us-gov-"));
  return `https://${PREFIX[service]}${fips ? "-fips" : ""}.${region}.${suffix}`;
}

/** Hosts of the dual-stack portal: in the partition aws, in China, in the European sovereign cloud (aws-cli resolve.py). */
const DUALSTACK_PORTAL =
  /^[^.]+\.portal\.[a-z\d-]+\.(app\.aws|app\.amazonwebservices\.com\.cn|api\.amazonwebservices\.eu)\.?$/;

/**
 * Whether a start URL is that of the dual-stack access portal, such as `https://ssoins-1.portal.us-east-1.app.aws`. Its
 * sessions must use the dual-stack endpoints: the others lead a person to a sign-in page that fails (aws-cli 10507).
 */
export function usesDualstackPortal(startUrl: string): boolean {
  return DUALSTACK_PORTAL.test(URL.parse(startUrl)?.hostname ?? "");
}

const ENV_NAMES: Record<Service, string> = {
  oidc: "AWS_ENDPOINT_URL_SSO_OIDC",
  portal: "AWS_ENDPOINT_URL_SSO",
  sts: "AWS_ENDPOINT_URL_STS",
  signin: "AWS_ENDPOINT_URL_SIGNIN",
};

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The URL to call: {@link overrideOf} the service, else its public one.
 *
 * @throws {UserError} as there
 */
export function chooseEndpoint(
  service: ApiService,
  region: string,
  env: Env,
  config: ServiceUrls & EndpointOptions = {},
): string {
  return overrideOf(service, env, config) ?? endpointOf(service, region, {
    useFips: isOn(env.AWS_USE_FIPS_ENDPOINT) ?? config.useFips,
    useDualstack: isOn(env.AWS_USE_DUALSTACK_ENDPOINT) ?? config.useDualstack,
  });
}

/**
 * The URL to call instead of the public one, in the order of botocore: the service's variable, `AWS_ENDPOINT_URL`, the
 * config file. `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true` switches all of them off.
 *
 * @throws {UserError} for one that is no URL, or plain http to anything but this machine: a token never leaves over
 * plain http.
 */
export function overrideOf(service: Service, env: Env, config: ServiceUrls): string | undefined {
  if (env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS?.toLowerCase() === "true") return undefined;
  for (const name of [ENV_NAMES[service], "AWS_ENDPOINT_URL"]) {
    if (env[name]) return checkedOverride(env[name], name);
  }
  const configured = config[service];
  return configured ? checkedOverride(configured, "endpoint_url in the AWS config file") : undefined;
}

function isOn(value: string | undefined): boolean | undefined {
  return value === undefined || value === "" ? undefined : value.toLowerCase() === "true";
}

function checkedOverride(text: string, where: string): string {
  const url = URL.parse(text);
  // What is no URL may still hold a password.
  const shown = text.replace(/^([a-z][a-z\d+.-]*:\/\/)?.*@/is, "$1[redacted]@");
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) {
    throw new UserError(`Cannot use ${where} = "${shown}": not an https URL`, [`correct or remove ${where}`]);
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw new UserError(`Cannot use ${where} = "${shown}": plain http is accepted for this machine only`, [
      `write https:// in ${where}: a token must not cross a network unencrypted`,
    ]);
  }
  // The SDK sends no user name of an endpoint; it would only turn up in error texts.
  const named = url.username !== "" || url.password !== "";
  url.username = url.password = "";
  return (named ? url.href : text).replace(/\/+$/, "");
}
