// A webhook's other end: keeps what it is told, and can fail.

/** One message as it came. */
export interface Told {
  readonly event: string;
  readonly at: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
  /** The body as it was signed. */
  readonly raw: string;
}

export class Webhook implements AsyncDisposable {
  readonly told: Told[] = [];
  /** What was refused: those who sent it will try again. */
  readonly refused: Told[] = [];
  /** The status of the answers from now on. */
  status = 200;
  /** Called when a message has come, before it is answered. */
  onTold?: () => void | Promise<void>;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /** `path` is a part of the address that a stranger does not know. */
  constructor(now: () => number, readonly path = "/hook") {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
      const raw = await request.text();
      const body = JSON.parse(raw);
      const { status } = this;
      const told: Told = { event: body.event, at: now(), body, headers: request.headers, raw };
      (status < 300 ? this.told : this.refused).push(told);
      await this.onTold?.();
      return new Response(null, { status });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}${this.path}`;
  }

  events(): string[] {
    return this.told.map(({ event }) => event);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
