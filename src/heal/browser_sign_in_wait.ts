// Waits for the browser of this machine, and ends with the program.
import type { Listener } from "../aws/browser_login_listener.ts";
import type { System } from "../system/system.ts";

/** What came to `listener`, at most for `ms`. @throws {UserError} as soon as the program is to end, which only a sleep is told. */
export async function answerOrStop<Answer>(
  { sleep }: Pick<System, "sleep">,
  { answer }: Pick<Listener<Answer>, "answer">,
  ms: number,
): Promise<Awaited<Listener<Answer>["answer"]>> {
  const answered = new AbortController();
  const over = sleep(ms, answered.signal).then(() => ({ result: "expired" }) as const);
  try {
    return await Promise.race([answer, over]);
  } finally {
    answered.abort();
  }
}
