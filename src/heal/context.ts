// What every use case is given: the outside world, a log, and a way to AWS.
import type { Aws } from "../aws/client.ts";
import type { Log } from "../log/log.ts";
import type { System } from "../system/system.ts";

export interface Context {
  readonly system: System;
  readonly log: Log;
  /**
   * Opens the way to AWS for exactly these hosts (`host:port`). Possible once in a process: the main program loses its
   * network with it.
   */
  connect(hosts: readonly string[], caCerts: readonly string[]): Promise<Connection>;
}

export type Connection = Aws & { close(): void };

/** A way to AWS within the time of one run. */
export interface Run extends Context {
  readonly aws: Aws;
  /** No call is begun after this moment (epoch milliseconds). */
  readonly deadline: number;
}
