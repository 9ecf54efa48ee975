// Says which legacy profiles have no keys that work for a while, because these live no longer than it takes to the next check.
import { formatDuration } from "../domain/duration.ts";
import type { Problem } from "../domain/problem.ts";
import type { SyncView } from "./sync_due.ts";

/** No check comes to the second. */
const LATE_MS = 60_000;
const MOST_NAMES = 3;

/** One warning for all of them; `everyMs` is the time between two checks. */
export function gapWarnings(views: readonly SyncView[], everyMs: number): Problem[] {
  const short = views.filter(({ lifeMs }) => lifeMs !== undefined && lifeMs < everyMs + LATE_MS);
  if (short.length === 0) return [];
  const names = short.slice(0, MOST_NAMES).map(({ job: { to } }) => `"${to}"`).join(", ");
  const more = short.length > MOST_NAMES ? ` and ${short.length - MOST_NAMES} more` : "";
  const lifeMs = Math.min(...short.map(({ lifeMs }) => lifeMs!));
  return [{
    code: "KeysEndEarly",
    message:
      `The keys of ${names}${more} live for ${
        formatDuration(Math.round(lifeMs / 60_000) * 60_000)
      } and checks run every ` +
      `${formatDuration(everyMs)}: clients may find them over`,
    hint: "let checks run more often, such as: sso-heal install --every 10m",
  }];
}
