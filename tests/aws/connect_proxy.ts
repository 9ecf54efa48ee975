// An HTTPS proxy that leads the real host names of AWS to the simulator: some clients know no endpoint setting at all.
import { type Line, listen } from "./http_wire.ts";

/** `target` is the port of a TLS simulator; with `credentials` ("user:password") the proxy asks for them (407). */
export interface ConnectProxyOptions {
  readonly target: number;
  readonly port?: number;
  readonly credentials?: string;
}

/** A running proxy. */
export interface ConnectProxy {
  /** For HTTPS_PROXY; without credentials in it. */
  readonly url: string;
  /** `host:port` of every CONNECT so far, the refused ones included. */
  readonly connects: readonly string[];
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const AWS_HOST =
  /^(?:oidc|portal\.sso|sts)(?:-fips)?(?:\.[a-z0-9-]+)?\.(?:amazonaws\.com(?:\.cn)?|api\.aws|amazonaws\.eu):443$/;

/** Starts the proxy on the loopback. Hosts that are no service of the simulator are refused with 403. */
export function startConnectProxy(options: ConnectProxyOptions): ConnectProxy {
  const connects: string[] = [];
  const expected = options.credentials === undefined ? undefined : `Basic ${btoa(options.credentials)}`;
  const server = listen({ port: options.port ?? 0 }, async (line) => {
    const request = await line.readRequest();
    if (request === undefined) return;
    if (request.method !== "CONNECT") return await refuse(line, 400);
    connects.push(request.target);
    if (expected !== undefined && request.headers.get("proxy-authorization") !== expected) {
      return await refuse(line, 407, { "proxy-authenticate": 'Basic realm="proxy"' });
    }
    if (!AWS_HOST.test(request.target)) return await refuse(line, 403);
    const upstream = await Deno.connect({ hostname: "127.0.0.1", port: options.target }).catch(() => undefined);
    if (upstream === undefined) return await refuse(line, 502);
    await line.write("HTTP/1.1 200 Connection established\r\n\r\n");
    await Promise.race([copy(line.conn, upstream), copy(upstream, line.conn)]);
    line.close();
    upstream.close();
  });
  const close = () => server.close();
  return { url: `http://127.0.0.1:${server.port}`, connects, close, [Symbol.asyncDispose]: close };
}

async function refuse(line: Line, status: number, headers: Record<string, string> = {}): Promise<void> {
  await line.send({ status, headers: { connection: "close", ...headers } });
}

/** Until one side ends: TLS tells the other by itself, so nothing is lost. */
async function copy(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const chunk = new Uint8Array(16 * 1024);
  try {
    for (let count; (count = await from.read(chunk)) !== null;) {
      for (let sent = 0; sent < count;) sent += await to.write(chunk.subarray(sent, count));
    }
  } catch { /* Either side may hang up at any time. */ }
}
