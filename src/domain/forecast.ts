// When the next login will be due, and when to warn of it, so that somebody can approve before anything stops working.

const HOUR = 3_600_000;
/** Enough to smooth out one odd session, few enough to follow an administrator who changes the length. */
const LIVES_KEPT = 3;
/** Ends less than this apart are one and the same end, computed again. */
const WOBBLE_MS = HOUR;

/** What is known of a session. Moments are epoch milliseconds. */
export interface SessionHistory {
  /** When the present session was signed in to. */
  readonly loginAt?: number;
  /** How long past sessions lived, milliseconds, newest last; the last three count. */
  readonly lives?: readonly number[];
  /** Without its registration nothing can be refreshed. */
  readonly registrationExpiresAt?: number;
}

/** The expected end of a session, and how it is known. */
export interface ExpectedLogin {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly because: "learned-session-length" | "registration-end";
}

/**
 * The earlier of the learned end and the end of the registration; undefined when neither is known. An end that has passed
 * says nothing: the session still lives, so what was learned was wrong.
 *
 * The length has to be learned because AWS does not tell it: an administrator sets it (8 hours by default), and the first
 * sign of its end is a refused refresh (aws-cli#8561, aws-cli#7692).
 */
export function forecast(history: SessionHistory, now: number): ExpectedLogin | undefined {
  const { loginAt, registrationExpiresAt } = history;
  const life = learnedLife(history);
  const ends: ExpectedLogin[] = [];
  if (registrationExpiresAt !== undefined) ends.push({ at: registrationExpiresAt, because: "registration-end" });
  if (loginAt !== undefined && life !== undefined) ends.push({ at: loginAt + life, because: "learned-session-length" });
  return ends.filter(({ at }) => at > now).sort((a, b) => a.at - b.at).at(0);
}

function learnedLife({ lives = [] }: SessionHistory): number | undefined {
  return lives.length === 0 ? undefined : Math.min(...lives.slice(-LIVES_KEPT));
}

/** The moments around the end of a session; epoch milliseconds. */
export interface SessionEnd {
  readonly loginAt?: number;
  /** The last successful refresh, or the login. */
  readonly lastAliveAt?: number;
  /** When AWS refused to refresh. */
  readonly refusedAt: number;
  /** How long its access tokens live, milliseconds. */
  readonly tokenLifeMs?: number;
}

/**
 * How long a session lived, in milliseconds; undefined when that is not known well enough. The refusal is seen some time
 * after the end; after more than two hours (two lives of an access token, where that is longer) the machine was off, and
 * the end may have been at any time in between. Moments in an impossible order (the clock was set back) teach nothing.
 */
export function observedLife({ loginAt, lastAliveAt, refusedAt, tokenLifeMs = 0 }: SessionEnd): number | undefined {
  if (loginAt === undefined || lastAliveAt === undefined) return undefined;
  const inOrder = loginAt <= lastAliveAt && lastAliveAt <= refusedAt && loginAt < refusedAt;
  const seenInTime = refusedAt - lastAliveAt <= Math.max(2 * HOUR, 2 * tokenLifeMs);
  return inOrder && seenInTime ? refusedAt - loginAt : undefined;
}

/** The lives to remember after one more; newest last. */
export function withLife(lives: readonly number[] | undefined, life: number): readonly number[] {
  return [...lives ?? [], life].slice(-LIVES_KEPT);
}

/**
 * Whether both are the same event, so that a warning of one was a warning of the other: an end that is computed again may
 * wobble.
 */
export function sameEnd(a: ExpectedLogin, b: ExpectedLogin): boolean {
  return a.because === b.because && Math.abs(a.at - b.at) < WOBBLE_MS;
}

/**
 * The threshold to warn for now, one of `warnBefore` (milliseconds before the end), or undefined. Of several that have
 * come, while the machine was off, only the smallest counts: one warning, not two. `warned` are the thresholds already
 * warned for, for this very end (see {@link sameEnd}). Whether it is a good time of day is the caller's business.
 */
export function dueWarning(
  expected: ExpectedLogin,
  history: SessionHistory,
  warnBefore: readonly number[],
  warned: readonly number[],
  now: number,
): number | undefined {
  if (now >= expected.at) return undefined;
  const come = openThresholds(expected, history, warnBefore, warned).filter((before) => expected.at - before <= now);
  return come.length === 0 ? undefined : Math.min(...come);
}

/** The thresholds that can still lead to a warning: those below every one that was warned for. */
function openThresholds(
  { because }: ExpectedLogin,
  history: SessionHistory,
  warnBefore: readonly number[],
  warned: readonly number[],
): number[] {
  // Nobody wants to be warned "7 days before" of a session of 8 hours the moment it begins.
  const longest = because === "registration-end" ? Infinity : (learnedLife(history) ?? 0) / 2;
  const lowest = Math.min(...warned);
  return warnBefore.filter((before) => before > 0 && before <= longest && before < lowest);
}
