// The heartbeat URL of the config, looked up. Loaded only where there is one.
import type { Context } from "./context.ts";
import { lookUpUrl, Missing } from "./look_up.ts";

/**
 * The URL that `written` stands for (`env:NAME`, `file:PATH` or itself). One that cannot be had is a line in the log and
 * no more: whoever watches for the heartbeat notices.
 */
export function heartbeatUrlOf(written: string, { system, log }: Pick<Context, "system" | "log">): string | undefined {
  try {
    return lookUpUrl("url", written, system);
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    log.warning(`cannot send the heartbeat: ${error.message}`);
    return undefined;
  }
}
