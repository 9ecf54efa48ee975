// HTTP/1.1 by hand: only a server that writes its own bytes can cut an answer in the middle, lie about its length or
// hang up, and Deno.serve allows none of that.
import { setTimeout as wait } from "node:timers/promises";

/** One request as it was read. */
export interface WireRequest {
  readonly method: string;
  /** The request target as sent: path and query, or `host:port` of a CONNECT. */
  readonly target: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly body: string;
}

/** One answer before it is put on the wire. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

const HEAD_LIMIT = 64 * 1024;

/**
 * One connection of a client. Reading and writing never throw: a client that went away, or the end of the simulator,
 * reads as the end of the data and swallows what is written.
 */
export class Line {
  #unread = new Uint8Array(0);
  #open = true;

  constructor(readonly conn: Deno.Conn, readonly stopping: AbortSignal) {}

  get open(): boolean {
    return this.#open;
  }

  /** The next request, or undefined when the client has hung up or does not speak HTTP. */
  async readRequest(): Promise<WireRequest | undefined> {
    let end: number;
    while ((end = endOfHead(this.#unread)) < 0) {
      if (this.#unread.length > HEAD_LIMIT || !await this.#readMore()) return undefined;
    }
    const [first, ...lines] = new TextDecoder("latin1").decode(this.#unread.subarray(0, end)).split("\r\n");
    this.#unread = this.#unread.slice(end + 4);
    const [method, target, version] = first.split(" ");
    if (version !== "HTTP/1.1" && version !== "HTTP/1.0") return undefined; // Python asks a proxy in HTTP/1.0.
    const headers = new Headers();
    for (const line of lines) {
      const colon = line.indexOf(":");
      if (colon < 1) return undefined;
      headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
    }
    if (headers.has("expect")) await this.write("HTTP/1.1 100 Continue\r\n\r\n");
    const body = await this.#readBody(headers);
    if (body === undefined) return undefined;
    const [path, search = ""] = target.split("?", 2);
    return { method, target, path, query: new URLSearchParams(search), headers, body };
  }

  /** Sends a whole answer; Content-Length is the true one unless `headers` says otherwise. */
  async send(reply: Reply, without?: "body"): Promise<void> {
    const body = typeof reply.body === "string" ? new TextEncoder().encode(reply.body) : reply.body;
    const headers = { "content-length": String(body?.length ?? 0), ...reply.headers };
    const head = `HTTP/1.1 ${reply.status} ${REASON[reply.status] ?? "Status"}\r\n` +
      Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("") + "\r\n";
    const tail = without === undefined ? body ?? new Uint8Array(0) : new Uint8Array(0);
    // In one piece: the second of two would wait for the acknowledgement of the first (40 ms).
    await this.write(joined(new TextEncoder().encode(head), tail));
  }

  async write(data: string | Uint8Array): Promise<void> {
    let rest = typeof data === "string" ? new TextEncoder().encode(data) : data;
    try {
      while (this.#open && rest.length > 0) rest = rest.subarray(await this.conn.write(rest));
    } catch {
      this.close();
    }
  }

  /** Resolves when the client has closed its side. */
  async clientGone(): Promise<void> {
    while (await this.#readMore());
  }

  /** Waits; shorter when the simulator ends. */
  async pause(ms: number): Promise<void> {
    await wait(ms, undefined, { signal: this.stopping }).catch(() => {});
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    try {
      this.conn.close();
    } catch { /* The runtime has closed it already. */ }
  }

  async #readBody(headers: Headers): Promise<string | undefined> {
    const length = Number(headers.get("content-length") ?? 0);
    if (headers.has("transfer-encoding") || !Number.isInteger(length)) {
      await this.send({ status: 411, headers: { connection: "close" } });
      return undefined;
    }
    while (this.#unread.length < length) if (!await this.#readMore()) return undefined;
    const body = new TextDecoder().decode(this.#unread.subarray(0, length));
    this.#unread = this.#unread.slice(length);
    return body;
  }

  async #readMore(): Promise<boolean> {
    const chunk = new Uint8Array(16 * 1024);
    const count = this.#open ? await this.conn.read(chunk).catch(() => null) : null;
    if (count === null) return false;
    this.#unread = joined(this.#unread, chunk.subarray(0, count));
    return true;
  }
}

/** A listener on the loopback and how to end it. */
export interface Listening {
  readonly port: number;
  /** Ends every connection and waits for what still runs. */
  close(): Promise<void>;
}

/** Listens on 127.0.0.1 (`port` 0: a free one) and runs `serve` for each connection, which is closed afterwards. */
export function listen(
  options: { readonly port: number; readonly tls?: { readonly cert: string; readonly key: string } },
  serve: (line: Line) => Promise<void>,
): Listening {
  const where = { hostname: "127.0.0.1", port: options.port };
  const listener: Deno.Listener = options.tls ? Deno.listenTls({ ...where, ...options.tls }) : Deno.listen(where);
  const stop = new AbortController();
  const lines = new Map<Line, Promise<void>>();
  const accepting = (async () => {
    while (!stop.signal.aborted) {
      const conn = await listener.accept().catch(() => undefined);
      if (conn === undefined) continue;
      const line = new Line(conn, stop.signal);
      lines.set(
        line,
        serve(line).finally(() => {
          line.close();
          lines.delete(line);
        }),
      );
    }
  })();
  return {
    port: (listener.addr as Deno.NetAddr).port,
    async close() {
      if (stop.signal.aborted) return;
      stop.abort();
      listener.close();
      await accepting;
      const running = [...lines];
      for (const [line] of running) line.close();
      const ends = await Promise.allSettled(running.map(([, served]) => served));
      for (const end of ends) if (end.status === "rejected") throw end.reason;
    },
  };
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}

function endOfHead(bytes: Uint8Array): number {
  for (let i = 0; i + 3 < bytes.length; i++) {
    if (bytes[i] === 13 && bytes[i + 1] === 10 && bytes[i + 2] === 13 && bytes[i + 3] === 10) return i;
  }
  return -1;
}

const REASON: Readonly<Record<number, string>> = {
  200: "OK",
  302: "Found",
  307: "Temporary Redirect",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  407: "Proxy Authentication Required",
  411: "Length Required",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
};
