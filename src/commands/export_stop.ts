// Whoever stops `export` need not wait for credentials that AWS is asked for: they can be had again, unlike a token.
import type { Context } from "../heal/context.ts";
import type { CommandContext } from "./command.ts";

/** The same, but a call that is under way ends with the program, except for one that uses the refresh token up. */
export function endingAtOnce(context: CommandContext): Context {
  return {
    ...context,
    async connect(...way) {
      const connection = await context.connect(...way);
      const stop = context.stopSignal();
      return {
        get clockOffsetMs() {
          return connection.clockOffsetMs;
        },
        call: async (operation, ...rest) => {
          if (operation === "CreateToken") return await connection.call(operation, ...rest);
          return await unlessStopped(stop, () => connection.call(operation, ...rest));
        },
        close: () => connection.close(),
      };
    },
  };
}

async function unlessStopped<T>(stop: AbortSignal, ask: () => Promise<T>): Promise<T> {
  stop.throwIfAborted();
  const stopped = Promise.withResolvers<never>();
  const reject = () => stopped.reject(stop.reason);
  stop.addEventListener("abort", reject);
  try {
    return await Promise.race([ask(), stopped.promise]);
  } finally {
    stop.removeEventListener("abort", reject);
  }
}
