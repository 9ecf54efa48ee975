// Waits for a moment in the middle of a run, and never longer than the run itself.

const POLL_MS = 10;

/** True as soon as `condition` holds; false when one of `running` has ended before. */
export async function until(condition: () => boolean, running: readonly Promise<unknown>[]): Promise<boolean> {
  let over = false;
  const end = () => {
    over = true;
  };
  Promise.race(running).then(end, end);
  while (!condition()) {
    if (over) return condition();
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return true;
}
