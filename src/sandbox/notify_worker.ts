// The workers that send messages: one with exactly the hosts of the channels, others with one program each.
import { startWorker } from "./start_worker.ts";

/** The worker for channels over the network; `hosts` are `host:port`, see `isGrantable`. */
export function startNotifyWorker(hosts: readonly string[]): Worker {
  return startWorker("notify/worker", "notify_worker", { net: hosts });
}

/** The worker for one program (absolute path), which it may start and nothing else. */
export function startRunWorker(program: string): Worker {
  return startWorker("notify/run_worker", "run_worker", { run: program });
}
