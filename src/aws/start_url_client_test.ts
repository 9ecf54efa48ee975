// Proves by a real worker and a real server that a start URL is resolved by one request to its host and no other.
import assert from "node:assert/strict";
import { makeCertificates } from "../../tests/aws/certificates.ts";
import { EXIT, UserError } from "../domain/problem.ts";
import { resolveIn } from "./start_url_client.ts";

const AWS = "https://ssoins-1.portal.eu-west-1.app.aws/";

function startWorker(host: string): Worker {
  const permissions = {
    net: [host],
    read: true,
    env: false,
    write: false,
    run: false,
    sys: false,
    ffi: false,
    import: false,
  };
  const options = { type: "module" as const, deno: { permissions } };
  return new Worker(new URL("./resolve_worker.ts", import.meta.url), options);
}

interface Site {
  /** `localhost:PORT`. */
  readonly host: string;
  readonly caCert: string;
  readonly asked: string[];
}

/** Runs `use` with an https server on this machine. */
async function withSite(answer: (request: Request) => Response, use: (site: Site) => Promise<void>): Promise<void> {
  const { caFile, cert, key, remove } = await makeCertificates();
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, cert, key, onListen() {} }, (request) => {
    asked.push(`${request.method} ${new URL(request.url).pathname}`);
    return answer(request);
  });
  try {
    await use({ host: `localhost:${server.addr.port}`, caCert: await Deno.readTextFile(caFile), asked });
  } finally {
    await server.shutdown();
    await remove();
  }
}

function moved(location: string, status = 302): Response {
  return new Response(null, { status, headers: { location } });
}

async function refusalOf(resolving: Promise<unknown>): Promise<UserError> {
  const error = await resolving.then(() => undefined, (error: unknown) => error);
  assert.ok(error instanceof UserError, `${error}`);
  return error;
}

Deno.test("resolveIn() finds where a start URL leads, without going there", () =>
  withSite(() => moved(AWS), async ({ host, caCert, asked }) => {
    const resolved = await resolveIn(startWorker(host), `https://${host}/aws`, [caCert]);
    assert.deepEqual(resolved, { startUrl: AWS.slice(0, -1), region: "eu-west-1" });
    assert.deepEqual(asked, ["HEAD /aws"]);
  }));

Deno.test("resolveIn() asks with GET where HEAD is not known", () =>
  withSite(
    ({ method }) => method === "HEAD" ? new Response(null, { status: 405 }) : moved(AWS, 307),
    async ({ host, caCert, asked }) => {
      assert.equal((await resolveIn(startWorker(host), `https://${host}`, [caCert])).region, "eu-west-1");
      assert.deepEqual(asked, ["HEAD /", "GET /"]);
    },
  ));

Deno.test("resolveIn() hands on why a start URL is of no use", () =>
  withSite(() => moved("https://evil.example/"), async ({ host, caCert }) => {
    const error = await refusalOf(resolveIn(startWorker(host), `https://${host}`, [caCert]));
    assert.match(error.message, /leads to "https:\/\/evil\.example", which is not of AWS$/);
    assert.deepEqual([error.exitCode, error.hints.length], [EXIT.failed, 1]);
  }));

Deno.test("resolveIn() calls a certificate that nobody vouches for temporary, and says what may help", () =>
  withSite(() => moved(AWS), async ({ host, asked }) => {
    const error = await refusalOf(resolveIn(startWorker(host), `https://${host}`));
    assert.match(error.message, /^Cannot reach start URL .*\(TlsFailure\)$/);
    assert.match(error.hints[0], /AWS_CA_BUNDLE/);
    assert.deepEqual([error.exitCode, asked], [EXIT.temporary, []]);
  }));

Deno.test("resolveIn() cannot reach another host than that of its worker", () =>
  withSite(() => moved(AWS), async ({ host, caCert, asked }) => {
    const error = await refusalOf(resolveIn(startWorker("localhost:1"), `https://${host}`, [caCert]));
    assert.match(error.message, /NotPermitted/);
    assert.deepEqual(asked, []);
  }));

Deno.test("resolveIn() calls a host that is not there temporary", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const host = `127.0.0.1:${listener.addr.port}`;
  listener.close();
  const error = await refusalOf(resolveIn(startWorker(host), `https://${host}`));
  assert.match(error.message, /connection refused/);
  assert.equal(error.exitCode, EXIT.temporary);
});

/** Stands in for a worker that misbehaves: it does as it likes with the first message. */
class FakeWorker {
  terminated = 0;
  onmessage: ((event: MessageEvent) => void) | undefined;
  onerror: ((event: ErrorEvent) => void) | undefined;

  constructor(readonly behave: (worker: FakeWorker) => void) {}

  postMessage(): void {
    this.behave(this);
  }

  terminate(): void {
    this.terminated++;
  }
}

Deno.test("resolveIn() leaves nobody waiting for a worker that breaks, and ends it", async () => {
  const event = new ErrorEvent("error", { message: "broken", cancelable: true });
  const worker = new FakeWorker((worker) => worker.onerror?.(event));
  const error = await refusalOf(resolveIn(worker as unknown as Worker, "https://sso.example.com"));
  assert.match(error.message, /broken \(WorkerEnded\)$/);
  assert.deepEqual([worker.terminated, event.defaultPrevented], [1, true]);
});

Deno.test("resolveIn() does not take the worker's word for what is of AWS", async () => {
  const data = { resolved: { startUrl: "https://evil.example" } };
  const worker = new FakeWorker((worker) => worker.onmessage?.(new MessageEvent("message", { data })));
  const error = await refusalOf(resolveIn(worker as unknown as Worker, "https://sso.example.com"));
  assert.match(error.message, /^Cannot use start URL "https:\/\/sso\.example\.com": /);
});
