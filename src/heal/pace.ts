// The pace at which the SSO portal is asked: all callers of a run share it, and all of them wait when AWS says so.
import { type Aws, AwsError, CALL_TIMEOUT_MS } from "../aws/client.ts";
import type { Input, Operation, Output, Target } from "../aws/protocol.ts";
import type { CallFailure } from "../domain/classify.ts";
import { type Backoff, delayAfter } from "../domain/backoff.ts";
import type { System } from "../system/system.ts";
import type { Run } from "./context.ts";
import { RUN_IS_OVER } from "./faults.ts";

/**
 * The portal serves about 20 calls a second for a whole instance (reported by several tools' users). A little less leaves
 * room for calls that the network delivers closer together than they were made.
 */
const GAP_MS = 1000 / 18.5;
/** So many calls may follow each other at once: those that a busy machine could not make in time are made up for. */
const AT_ONCE = 2;
/** A call that would be begun after the end of the run because AWS wants it so. */
const TOO_PATIENT: CallFailure = {
  ...RUN_IS_OVER,
  message: "AWS asks for more patience than this run has time",
};
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

  /**
   * Resolves when the next call may be made: true; or false, without a wait, when AWS asks for more patience than there
   * is until `deadline` (epoch milliseconds). That is judged when the turn comes: whoever stood in line before may have
   * been refused meanwhile.
   *
   * @throws the reason of `sleep` when the program is to stop.
   */
  take(deadline = Infinity): Promise<boolean> {
    const turn = this.#turn.then(() => this.#wait(deadline));
    // The next in line finds out by itself that the program is to stop.
    this.#turn = turn.then(() => {}, () => {});
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

  async #wait(deadline: number): Promise<boolean> {
    const { now, sleep } = this.#world;
    while (this.#pauseMs > 0) {
      const pauseMs = this.#pauseMs;
      if (now() + pauseMs >= deadline) return false;
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
    if (now() >= deadline) return false;
    this.#credit--;
    return true;
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
  readonly #world: World;
  readonly #deadline: number;
  readonly #pace: Pace;

  /**
   * No call is begun after `deadline` (epoch milliseconds), and while AWS asks for more patience than there is until then,
   * calls fail at once.
   */
  constructor(aws: Aws, world: World, deadline: number, pace = new Pace(world)) {
    this.#aws = aws;
    this.#world = world;
    this.#deadline = deadline;
    this.#pace = pace;
  }

  /** The same at the same pace, for a part of a run that has its own end. */
  until(deadline: number): PacedAws {
    return new PacedAws(this.#aws, this.#world, deadline, this.#pace);
  }

  get clockOffsetMs(): number | undefined {
    return this.#aws.clockOffsetMs;
  }

  async call<O extends Operation>(
    operation: O,
    target: Target,
    input: Input<O>,
    timeoutMs = CALL_TIMEOUT_MS,
  ): Promise<Output<O>> {
    if (operation !== "GetRoleCredentials") return await this.#aws.call(operation, target, input, timeoutMs);
    if (!await this.#pace.take(this.#deadline)) {
      const { pauseMs } = this.#pace;
      throw new AwsError(operation, target, pauseMs > 0 ? { ...TOO_PATIENT, retryAfterMs: pauseMs } : RUN_IS_OVER);
    }
    // What was left when the call was wanted may be less by now.
    const leftMs = Math.min(timeoutMs, this.#deadline - this.#world.now());
    try {
      const output = await this.#aws.call(operation, target, input, leftMs);
      this.#pace.forgive();
      return output;
    } catch (error) {
      if (isThrottled(error)) this.#pace.backOff(error.failure.retryAfterMs);
      throw error;
    }
  }
}

/** The run at a pace, until its own deadline; one that has a pace already goes on with that. */
export function paced(run: Run): Run {
  const { aws, system, deadline } = run;
  return { ...run, aws: aws instanceof PacedAws ? aws.until(deadline) : new PacedAws(aws, system, deadline) };
}

/** AWS asks for fewer calls. */
export function isThrottled(error: unknown): error is AwsError {
  return error instanceof AwsError && error.failure.status === 429;
}
