// Which link may be shown: whoever opens it and signs in gives this machine access.
import { isLoopback } from "../domain/loopback.ts";

const LONGEST = 1000;

/**
 * `link` exactly as it came, or undefined when it must not be shown: not https (http on this machine excepted), with a
 * user before the host (it passes for another host), or with characters that no URL has (RFC 3986), some of which are
 * mark-up in a channel.
 */
export function safeLink(link: string): string | undefined {
  if (link.length > LONGEST || !/^[\w\-.~:/?#[\]@!$&'()*+,;=%]+$/.test(link)) return undefined;
  const url = URL.parse(link);
  if (url === null || url.username !== "" || url.password !== "") return undefined;
  if (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname))) return link;
  return undefined;
}
