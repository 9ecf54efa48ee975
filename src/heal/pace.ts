// The pace at which the SSO portal is asked: all callers of a run share it, and all of them wait when AWS says so.
import { type Aws, AwsError } from "../aws/client.ts";
import type { Input, Operation, Output, Target } from "../aws/protocol.ts";
import { type Backoff, delayAfter } from "../domain/backoff.ts";
import type { System } from "../system/system.ts";
import { RUN_IS_OVER } from "./faults.ts";

/**
 * The portal serves about 20 calls a second for a whole instance (reported by several tools' users). A little less leaves
 * room for calls that the network delivers closer together than they were made.
 */
const GAP_MS = 1000 / 18.5;
/** So many calls may follow each other at once: those that a busy machine could not make in time are made up for. */
const AT_ONCE = 2;
const WHEN_THROTTLED: Backoff = { firstMs: 2_000, maxMs: 30_000 };

type World = Pick<System, "now" | "sleep" | "random">;

/** Lets callers through one after the other (a token bucket). */
export class Pace {
  readonly #world: World;
  #turn: Promise<void> = Promise.resolve();
  #credit = AT_ONCE;
  #creditedAt: number;
  #pauseMs = 0;
  #refusals = 0;

  constructor(world: World) {
    this.#world = world;
    this.#creditedAt = world.now();
  }

  /** Resolves when the next call may be made. @throws the reason of `sleep` when the program is to stop. */
  take(): Promise<void> {
    const turn = this.#turn.then(() => this.#wait());
    // The next in line finds out by itself that the program is to stop.
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** AWS asks for patience: nobody is let through for `askedMs`, or a while that grows when it is not said. */
  backOff(askedMs?: number): void {
    // Calls that were under way together are refused together: that is one refusal.
    if (this.#pauseMs === 0) this.#refusals++;
    const pauseMs = delayAfter(WHEN_THROTTLED, this.#refusals, this.#world.random(), askedMs);
    this.#pauseMs = Math.max(this.#pauseMs, pauseMs);
  }

  /** A call has succeeded. */
  forgive(): void {
    this.#refusals = 0;
  }

  /** Milliseconds for which nobody will be let through. */
  get pauseMs(): number {
    return this.#pauseMs;
  }

  async #wait(): Promise<void> {
    const { now, sleep } = this.#world;
    while (this.#pauseMs > 0) {
      const pauseMs = this.#pauseMs;
      await sleep(pauseMs);
      this.#pauseMs = Math.max(0, this.#pauseMs - pauseMs);
      this.#credit = 0;
      this.#creditedAt = now();
    }
    this.#earn();
    if (this.#credit < 1) {
      const missingMs = (1 - this.#credit) * GAP_MS;
      await sleep(missingMs);
      this.#earn(missingMs);
    }
    this.#credit--;
  }

  /** A clock that was set back earns nothing, one that was set forward no more than the most. */
  #earn(leastMs = 0): void {
    const now = this.#world.now();
    const passedMs = Math.max(leastMs, now - this.#creditedAt);
    this.#credit = Math.min(AT_ONCE, this.#credit + passedMs / GAP_MS);
    this.#creditedAt = now;
  }
}

/** {@link Aws} at a common pace; services other than the portal are not held back. */
export class PacedAws implements Aws {
  readonly #aws: Aws;
  readonly #pace: Pace;
  readonly #now: System["now"];
  readonly #deadline: number;

  /** While AWS asks for more patience than there is until `deadline` (epoch milliseconds), calls fail at once. */
  constructor(aws: Aws, world: World, deadline: number) {
    this.#aws = aws;
    this.#pace = new Pace(world);
    this.#now = world.now;
    this.#deadline = deadline;
  }

  get clockOffsetMs(): number | undefined {
    return this.#aws.clockOffsetMs;
  }

  async call<O extends Operation>(
    operation: O,
    target: Target,
    input: Input<O>,
    timeoutMs?: number,
  ): Promise<Output<O>> {
    if (operation !== "GetRoleCredentials") return await this.#aws.call(operation, target, input, timeoutMs);
    const { pauseMs } = this.#pace;
    if (pauseMs > 0 && this.#now() + pauseMs >= this.#deadline) {
      throw new AwsError(operation, target, { ...RUN_IS_OVER, retryAfterMs: pauseMs });
    }
    await this.#pace.take();
    try {
      const output = await this.#aws.call(operation, target, input, timeoutMs);
      this.#pace.forgive();
      return output;
    } catch (error) {
      if (isThrottled(error)) this.#pace.backOff(error.failure.retryAfterMs);
      throw error;
    }
  }
}

/** AWS asks for fewer calls. */
export function isThrottled(error: unknown): error is AwsError {
  return error instanceof AwsError && error.failure.status === 429;
}
