// Start URLs of a company's own ("vanity"): where they lead, found out as the AWS CLI v2 does it (its sso/resolve.py).
import { EXIT, UserError } from "../domain/problem.ts";
import { shown } from "./wording.ts";

/** A start URL that AWS knows, and its region where the host holds one. */
export interface ResolvedStartUrl {
  readonly startUrl: string;
  readonly region?: string;
}

/** The head of an answer; `location` is the header as sent. */
export interface Head {
  readonly status: number;
  readonly location?: string;
}

/** One request that follows no redirect. */
export type GetHead = (method: "HEAD" | "GET", url: string) => Promise<Head>;

const OWNED_DOMAINS = [
  "app.aws",
  "portal.amazonaws.com",
  "portal.amazonaws.com.cn",
  "app.amazonwebservices.com.cn",
  "portal.amazonaws.eu",
  "api.amazonwebservices.eu",
  "awsapps.com",
  "awsapps.cn",
] as const;
const OWNED_HOSTS: readonly string[] = ["identitycenter.amazonaws.com", "identitycenter.amazonaws.com.cn"];

/** ID.portal.REGION.… (dual-stack) and ID.REGION.portal.…; the older hosts hold no region. */
const WITH_REGION = [
  /^[^.]+\.portal\.([a-z\d-]+)\.(?:app\.aws|app\.amazonwebservices\.com\.cn|api\.amazonwebservices\.eu)$/,
  /^[^.]+\.([a-z\d-]+)\.portal\.amazonaws\.(?:com|com\.cn|eu)$/,
] as const;

const REDIRECTS = [301, 302, 303, 307, 308];

/** Whether AWS itself answers at the host of this https URL: it is used as it is, and needs no {@link resolveStartUrl}. */
export function isAwsOwned(url: string): boolean {
  const parsed = URL.parse(url);
  if (parsed?.protocol !== "https:") return false;
  const host = hostOf(parsed);
  return OWNED_HOSTS.includes(host) || OWNED_DOMAINS.some((domain) => host === domain || host.endsWith(`.${domain}`));
}

/**
 * The start URL to sign in with. One of AWS comes back as it is, without a region: that of the config counts. Any other is
 * asked once, and must redirect to one of AWS, whose region then counts more than that of the config.
 *
 * The token and its registration stay filed under the start URL of the config.
 *
 * @throws {UserError} when it leads nowhere that AWS owns; exit code 75 when that may pass. Also what `get` throws.
 */
export async function resolveStartUrl(startUrl: string, get: GetHead): Promise<ResolvedStartUrl> {
  const asked = /\s/.test(startUrl) ? null : URL.parse(startUrl);
  if (asked?.protocol !== "https:") {
    throw refusal(startUrl, "it is not an https URL", "write it as https://NAME.awsapps.com/start");
  }
  if (isAwsOwned(startUrl)) return { startUrl };

  let head = await get("HEAD", asked.href);
  // Servers that do not know HEAD.
  if (head.status === 405 || head.status === 501) head = await get("GET", asked.href);
  const target = targetOf(head, asked, startUrl);
  if (!isAwsOwned(target.href)) {
    throw refusal(startUrl, `it leads to ${shown(target.origin)}, which is not of AWS`, HINT);
  }
  const path = target.pathname.replace(/\/+$/, "");
  return { startUrl: target.origin + path, region: regionOf(hostOf(target)) };
}

const HINT = "correct sso_start_url: it must be the address of the AWS access portal, or redirect to it";

function targetOf({ status, location }: Head, asked: URL, startUrl: string): URL {
  if (status === 429 || status >= 500) {
    const hint = "nothing to do if it passes: try again later";
    throw refusal(startUrl, `its server answers with HTTP ${status}`, hint, EXIT.temporary);
  }
  if (!REDIRECTS.includes(status)) {
    throw refusal(startUrl, `it does not lead to AWS: its server answers with HTTP ${status}, not a redirect`, HINT);
  }
  const target = location === undefined ? null : URL.parse(location, asked);
  if (target === null) throw refusal(startUrl, "its server answers with a redirect to nowhere", HINT);
  return target;
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/\.$/, "");
}

function regionOf(host: string): string | undefined {
  for (const pattern of WITH_REGION) {
    const region = pattern.exec(host)?.[1];
    if (region !== undefined) return region;
  }
  return undefined;
}

function refusal(startUrl: string, why: string, hint: string, exitCode = EXIT.failed as UserError["exitCode"]) {
  return new UserError(`Cannot use start URL ${shown(startUrl)}: ${why}`, [hint], exitCode);
}
