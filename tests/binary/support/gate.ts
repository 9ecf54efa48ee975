// A network in which the answers of AWS get stuck until a test lets them through.

export interface Gate extends AsyncDisposable {
  readonly url: string;
  /** Answers that have come so far. */
  readonly waiting: number;
  open(): void;
}

/** In front of a simulator that speaks plain HTTP. */
export function startGate({ port }: { readonly port: number }): Gate {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const opened = Promise.withResolvers<void>();
  let waiting = 0;
  const held = () =>
    new TransformStream<Uint8Array, Uint8Array>({
      async transform(bytes, controller) {
        waiting++;
        await opened.promise;
        controller.enqueue(bytes);
      },
    });
  const relay = async (client: Deno.Conn) => {
    const aws = await Deno.connect({ hostname: "127.0.0.1", port });
    const both = [client.readable.pipeTo(aws.writable), aws.readable.pipeThrough(held()).pipeTo(client.writable)];
    // Either side may hang up at any time.
    await Promise.allSettled(both);
  };
  const relays: Promise<void>[] = [];
  const serving = (async () => {
    for await (const client of listener) relays.push(relay(client));
  })();
  return {
    url: `http://127.0.0.1:${listener.addr.port}`,
    get waiting() {
      return waiting;
    },
    open: () => opened.resolve(),
    async [Symbol.asyncDispose]() {
      opened.resolve();
      listener.close();
      await serving;
      await Promise.all(relays);
    },
  };
}
