// The words for how a whole check went.
import type { Outcome } from "../domain/outcome.ts";

export const OUTCOME_WORDS: Record<Outcome, string> = {
  healthy: "healthy",
  "temporary-failure": "failed for now",
  "waiting-for-approval": "waiting for approval",
  "needs-login": "needs login",
  broken: "broken",
};
