// AWS for one test: every answer is scripted. An answer nobody asked for fails the test, and so does a call without one.
import assert from "node:assert/strict";
import { AwsError } from "../../src/aws/client.ts";
import type { Input, Operation, Output, Target } from "../../src/aws/protocol.ts";
import type { CallFailure } from "../../src/domain/classify.ts";
import type { Connection, Outlets } from "../../src/heal/context.ts";
import { DAY, START } from "./fake_system.ts";
import type { FakeTeller } from "./fake_teller.ts";

/** One call that came in. */
export interface Call {
  readonly operation: Operation;
  readonly target: Target;
  readonly input: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs?: number;
}

/** What is answered: an output, a failure, or whatever a function gives (it may change the world first). */
type Reply<O extends Operation> =
  | Output<O>
  | CallFailure
  | ((input: Input<O>, target: Target) => Output<O> | CallFailure | Promise<Output<O> | CallFailure>);

interface Scripted {
  readonly operation: Operation;
  readonly reply: Reply<Operation>;
  /** Asked for with this access token, refresh token, account or role in the input; undefined: with any. */
  readonly only?: string;
}

/** One way to AWS that was opened. */
export interface Opened {
  readonly hosts: readonly string[];
  readonly caCerts: readonly string[];
}

/** Use with `using`: the end of the scope checks that the script was played to its end. */
export class FakeAws implements Connection, Disposable {
  readonly calls: Call[] = [];
  readonly opened: Opened[] = [];
  /** Where messages could go, for each way that was opened. */
  readonly outlets: Outlets[] = [];
  /** What messages go through; a test that has none to send needs none. */
  teller: FakeTeller | undefined;
  closed = 0;
  clockOffsetMs: number | undefined;
  readonly #script: Scripted[] = [];
  readonly #unexpected: string[] = [];

  /** The next answer to `operation`; `only` reserves it for calls that have this text among their inputs. */
  on<O extends Operation>(operation: O, reply: Reply<O>, only?: string): this {
    this.#script.push({ operation, reply: reply as unknown as Reply<Operation>, only });
    return this;
  }

  /** What it takes to open the link with that number: the first needs a client, the later ones find its registration. */
  link(number = 1, registered = number > 1): this {
    if (!registered) this.on("RegisterClient", NEW_CLIENT);
    return this.on("StartDeviceAuthorization", linkNo(number));
  }

  /** What a `Context` connects by. */
  connect = (hosts: readonly string[], caCerts: readonly string[], outlets?: Outlets): Promise<FakeAws> => {
    this.opened.push({ hosts, caCerts });
    if (outlets !== undefined) this.outlets.push(outlets);
    return Promise.resolve(this);
  };

  async call<O extends Operation>(
    operation: O,
    target: Target,
    input: Input<O>,
    timeoutMs?: number,
  ): Promise<Output<O>> {
    const fields = input as Call["input"];
    this.calls.push({ operation, target, input: fields, timeoutMs });
    const at = this.#script.findIndex((one) =>
      one.operation === operation && (one.only === undefined || Object.values(fields).includes(one.only))
    );
    if (at < 0) {
      this.#unexpected.push(operation);
      throw new Error(`no answer is scripted for ${operation}`);
    }
    const [{ reply }] = this.#script.splice(at, 1);
    const answer = typeof reply === "function" ? await reply(input as Input<Operation>, target) : reply;
    if (isFailure(answer)) throw new AwsError(operation, target, answer);
    return answer as Output<O>;
  }

  /** Names of the operations called so far. */
  get operations(): Operation[] {
    return this.calls.map(({ operation }) => operation);
  }

  close(): void {
    this.closed++;
  }

  [Symbol.dispose](): void {
    assert.deepEqual(this.#unexpected, [], "calls without a scripted answer");
    assert.deepEqual(this.#script.map(({ operation }) => operation), [], "scripted answers nobody asked for");
  }
}

function isFailure(answer: object): answer is CallFailure {
  return "kind" in answer && "code" in answer;
}

/** An exception of AWS. */
export function refusal(code: string, status = 400, more: Partial<CallFailure> = {}): CallFailure {
  return { kind: "service", code, status, message: `${code} says AWS`, ...more };
}

export const NEW_CLIENT: Output<"RegisterClient"> = {
  clientId: "new-client",
  clientSecret: "new-client-secret",
  expiresAt: START + 90 * DAY,
};

/** A device authorization: the code is good for 10 minutes, and asked after every 5 seconds. */
export function linkNo(number: number): Output<"StartDeviceAuthorization"> {
  const userCode = `ABCD-EFG${number}`;
  return {
    deviceCode: `device-code-${number}`,
    userCode,
    verificationUri: "https://corp.awsapps.com/start/#/device",
    verificationUriComplete: `https://corp.awsapps.com/start/#/device?user_code=${userCode}`,
    expiresInS: 600,
    intervalS: 5,
  };
}

/** Nobody has approved yet. */
export const STILL_WAITING: CallFailure = refusal("AuthorizationPendingException");
export const OFFLINE: CallFailure = { kind: "network", code: "ConnectionRefused", message: "connection refused" };
export const THROTTLED: CallFailure = refusal("TooManyRequestsException", 429);
export const UNAVAILABLE: CallFailure = refusal("InternalServerException", 500);
export const UNAUTHORIZED: CallFailure = refusal("UnauthorizedException", 401);
export const FORBIDDEN: CallFailure = refusal("ForbiddenException", 403);
