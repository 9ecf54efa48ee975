// A webhook's other end: keeps what it is told, and can fail.

export interface Told {
  readonly event: string;
  readonly at: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
}

export class Webhook implements AsyncDisposable {
  readonly told: Told[] = [];
  /** The status of the answers from now on. */
  status = 200;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(now: () => number) {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
      const body = await request.json();
      if (this.status < 300) this.told.push({ event: body.event, at: now(), body, headers: request.headers });
      return new Response(null, { status: this.status });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/hook`;
  }

  events(): string[] {
    return this.told.map(({ event }) => event);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
