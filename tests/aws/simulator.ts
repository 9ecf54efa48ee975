// A stand-in for AWS on the loopback: SSO-OIDC, the SSO portal, STS and the console sign-in on one port, for tests, the demo and the bench.
import { type Certificates, makeCertificates } from "./certificates.ts";
import { answerControl } from "./control.ts";
import { FaultQueue, type FaultScene } from "./faults.ts";
import { type ConsoleSession, Federation } from "./federation.ts";
import { type Line, listen, type Reply, type WireRequest } from "./http_wire.ts";
import { type IssuedSession, type IssueOptions, issueSession } from "./issue_session.ts";
import { type Call, callOf, type Operation as SdkOperation } from "./operations.ts";
import { type Service, ServiceError } from "./service_error.ts";
import { defaultSettings, type Settings } from "./settings.ts";
import type { SignIn } from "./sign_ins.ts";
import { World } from "./world.ts";

/** Everything of {@link Settings}, and how to listen. `now` is the clock of the tests, epoch milliseconds. */
export interface SimulatorOptions extends Partial<Settings> {
  /** HTTPS with a certificate authority made for this run; see {@link Simulator.caFile}. */
  readonly tls?: boolean;
  /** 0, the default: a free port. */
  readonly port?: number;
  readonly now?: () => number;
}

type ConsoleCall = NonNullable<ReturnType<Federation["callOf"]>>;
/** Those of the SDKs, and the two requests of the console sign-in. */
type Operation = SdkOperation | ConsoleCall["operation"];

/** One request as it was answered. Holds no secret. */
export interface RequestRecord {
  readonly service: Service | ConsoleCall["service"] | "none";
  readonly operation: Operation | "RedirectTarget" | "Unknown";
  /** Epoch milliseconds of the tests' clock. */
  readonly at: number;
  /** HTTP status; 0 when a fault left no whole answer. */
  readonly status: number;
  /** Method, path and the parameters that are no secrets. */
  readonly summary: string;
  /** Type of the error that was answered. */
  readonly error?: string;
  /** Name of the fault that struck. */
  readonly fault?: string;
}

/** A running simulator. */
export class Simulator {
  /** Every request so far but those of control.ts, in the order of their answers. */
  readonly requests: RequestRecord[] = [];
  /** May be changed at any time; the next request sees it. */
  readonly settings: Settings;
  readonly faults = new FaultQueue();
  readonly #world: World;
  readonly #federation = new Federation();
  readonly #certificates?: Certificates;
  readonly #server;
  readonly #stopRequest = Promise.withResolvers<void>();

  /** Use {@link startSimulator}. */
  constructor(options: SimulatorOptions, certificates?: Certificates) {
    const { tls: _, port = 0, now = Date.now, ...settings } = options;
    this.settings = { ...defaultSettings(), ...settings };
    this.#world = new World(this.settings, now);
    this.#certificates = certificates;
    this.#server = listen({ port, tls: certificates }, (line) => this.#serve(line));
    this.#world.url = this.url;
  }

  /** Base URL for all services, without a final slash. */
  get url(): string {
    return `${this.#certificates ? "https" : "http"}://127.0.0.1:${this.port}`;
  }

  get port(): number {
    return this.#server.port;
  }

  /** PEM file that TLS clients must trust; undefined without TLS. Gone after {@link close}. */
  get caFile(): string | undefined {
    return this.#certificates?.caFile;
  }

  /** How many requests of that operation came; with `word`, only those whose summary contains it. */
  count(operation: Operation | "RedirectTarget" | "Unknown", word = ""): number {
    return this.requests.filter((one) => one.operation === operation && one.summary.includes(word)).length;
  }

  /** A session by its id, or the newest one: its present tokens, generation, end. */
  session(id?: string): Readonly<SignIn> {
    return this.#world.signIns.get(id);
  }

  /** 1 after the login, one more with each refresh that AWS has done. */
  generation(id?: string): number {
    return this.session(id).generation;
  }

  /** Codes of the device logins that wait for a person. */
  pendingCodes(): string[] {
    return this.#world.devices.pending(this.#world.now()).map((login) => login.userCode);
  }

  /** Approves one login (default: all that wait) as `user`. Throws when none waits. */
  approve(userCode?: string, user?: string): void {
    this.#world.devices.decide("approved", this.#world.now(), userCode, user);
  }

  deny(userCode?: string): void {
    this.#world.devices.decide("denied", this.#world.now(), userCode);
  }

  /** AWS ends the session (default: all): no refresh any more. The access token lives on unless `accessTokens`. */
  endSession(id?: string, options: { readonly accessTokens?: boolean } = {}): void {
    const chosen = id === undefined ? this.#world.signIns.all : [this.#world.signIns.get(id)];
    for (const signIn of chosen) this.#world.signIns.end(signIn, options.accessTokens ?? false);
  }

  /** A signed-in session without a login, as the files of the AWS CLI. */
  issueSession(options?: IssueOptions): IssuedSession {
    return issueSession(this.#world, options);
  }

  /** The console sessions that people have begun, oldest first. */
  get consoleSessions(): readonly ConsoleSession[] {
    return this.#federation.sessions;
  }

  /** Every secret value handed out so far: client secrets, device codes, tokens, keys. */
  secrets(): readonly string[] {
    return this.#world.mint.secrets;
  }

  /** Lets the next `times` requests of an operation meet a fault of `faults.ts`. Throws when it has no such fault. */
  fail(operation: Operation | "*", fault: string, times = 1): void {
    this.faults.add(operation as SdkOperation, fault, times);
  }

  /** Forgets the faults that have not struck yet. */
  heal(): void {
    this.faults.clear();
  }

  /** Asks whoever runs this simulator to close it; `POST /_sim/stop` does so once it is answered. */
  requestStop(): void {
    this.#stopRequest.resolve();
  }

  /** Resolves at the first {@link requestStop}. */
  get stopRequested(): Promise<void> {
    return this.#stopRequest.promise;
  }

  /** Ends every connection. May be called twice. */
  async close(): Promise<void> {
    await this.#server.close();
    await this.#certificates?.remove();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #serve(line: Line): Promise<void> {
    let request: WireRequest | undefined;
    while (line.open && (request = await line.readRequest()) !== undefined) {
      const without = request.method === "HEAD" ? "body" : undefined;
      const control = answerControl(request, this, this.#world);
      const call = control === undefined ? callOf(request) ?? this.#federation.callOf(request) : undefined;
      if (control !== undefined) {
        await line.send(this.#dressed(control), without);
        if (request.path === "/_sim/stop") this.requestStop();
      } else if (call === undefined) await line.send(this.#dressed(this.#unknown(request)), without);
      else if (!await this.#answer(line, request, call)) return;
      if (request.headers.get("connection") === "close") return;
    }
  }

  /** Whether the connection can be used again. */
  async #answer(line: Line, request: WireRequest, call: Call | ConsoleCall): Promise<boolean> {
    // The console sign-in has no faults of its own, only those of every service.
    const fault = this.faults.take(call.operation as SdkOperation);
    const { reply, error } = fault?.when === "before" ? { reply: { status: 0 } } : await this.#handle(call);
    const elsewhere = `${this.url.replace("127.0.0.1", "localhost")}/redirect-target`;
    const scene: FaultScene = { reply: this.#dressed(reply), elsewhere, date: new Date(this.#world.now()) };
    const shown = fault === undefined ? reply : fault.reply?.(scene);
    this.requests.push({
      service: call.service,
      operation: call.operation,
      at: this.#world.clock(),
      status: shown?.status ?? 0,
      summary: `${request.method} ${request.path} ${call.summary}`.trimEnd(),
      ...(error === undefined ? {} : { error }),
      ...(fault === undefined ? {} : { fault: fault.name }),
    });
    if (this.settings.latencyMs > 0) await line.pause(this.settings.latencyMs);
    if (shown === undefined) await fault?.spoil?.(line, scene);
    else await line.send(this.#dressed(shown));
    return shown !== undefined;
  }

  async #handle(call: Call | ConsoleCall): Promise<{ readonly reply: Reply; readonly error?: string }> {
    try {
      return { reply: await call.handle(this.#world) };
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      return { reply: error.reply, error: error.type };
    }
  }

  #unknown(request: WireRequest): Reply {
    const moved = request.path === "/redirect-target";
    this.requests.push({
      service: "none",
      operation: moved ? "RedirectTarget" : "Unknown",
      at: this.#world.clock(),
      status: 404,
      summary: `${request.method} ${request.path}`,
    });
    const headers = { "content-type": "application/json", "x-amzn-errortype": "UnknownOperationException" };
    return { status: 404, headers, body: `{"message":null}` };
  }

  /** The headers every answer carries; Date is that of the services' clock. */
  #dressed(reply: Reply): Reply {
    const date = new Date(this.#world.now()).toUTCString();
    const headers = { date, "x-amzn-requestid": crypto.randomUUID(), connection: "keep-alive", ...reply.headers };
    return { ...reply, headers };
  }
}

/** Starts a simulator; the certificates of `tls` cost one `openssl` run each for authority and server (30 ms). */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  return new Simulator(options, options.tls ? await makeCertificates() : undefined);
}
