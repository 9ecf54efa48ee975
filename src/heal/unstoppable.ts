// For what must come to its end although the person has asked the program to stop: every other sleep ends at once then.
import type { Hands } from "../service/manager.ts";
import { sleep } from "../system/deno_system.ts";

export function unstoppable({ run, now }: Hands): Hands {
  return { run, now, sleep: (ms) => sleep(ms, []) };
}
