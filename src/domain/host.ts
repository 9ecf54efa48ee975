// Hosts as network grants name them. What a check with nothing to do needs of hosts is in `loopback.ts`.

/** `host:port` of a URL, as a network grant wants it. */
export function hostAndPort(url: string): string {
  const { protocol, hostname, port } = new URL(url);
  return `${hostname}:${port || (protocol === "https:" ? "443" : "80")}`;
}

/** Letters, digits, `-` and `_` between dots, or an IPv6 address in brackets; then a port. */
const PLAIN_HOST = /^(?:[a-z\d_-]{1,63}(?:\.[a-z\d_-]{1,63})*\.?|\[[\da-f:.]+\]):\d+$/i;

/**
 * Whether `host` (`host:port`) may become a grant. Deno refuses to start a worker with a name it cannot read
 * (`my..host`), and `*.` would open more than one host.
 */
export function isGrantable(host: string): boolean {
  return host.length <= 259 && PLAIN_HOST.test(host);
}
