// What every use case is given: the outside world, a log, and a way to AWS.
import type { CallbackListener } from "../aws/browser_login_listener.ts";
import type { Aws } from "../aws/client.ts";
import type { ResolvedStartUrl } from "../aws/start_url.ts";
import type { BotAnswer, Delivery, DeliveryFailure, DeliveryResult } from "../notify/protocol.ts";
import type { Log } from "../log/log.ts";
import type { System } from "../system/system.ts";
import type { Channel } from "./channels.ts";
import type { StartUrls } from "./start_urls.ts";

export interface Context {
  readonly system: System;
  readonly log: Log;
  /**
   * Opens the way to AWS for exactly these hosts (`host:port`). Possible once in a process: the main program loses its
   * network with it, and the right to start programs. What may have to be told to people must be named now.
   */
  connect(hosts: readonly string[], caCerts: readonly string[], outlets?: Outlets): Promise<Connection>;
  /** No program will be started: the right to do so is dropped at once. */
  forgoPrograms(): void;
  /** Finds out where a start URL leads whose host is not of AWS. Before `connect` only. @throws {UserError} */
  resolveStartUrl(startUrl: string, caCerts: readonly string[]): Promise<ResolvedStartUrl>;
}

/** What else than AWS is to be reached. */
export interface Outlets {
  readonly channels: readonly Channel[];
  readonly heartbeatUrl?: string;
  /** Wait on this machine for its own browser. */
  readonly callback?: boolean;
}

/** The ways out of the machine. */
export interface Connection extends Aws {
  readonly teller?: Teller;
  /** Waits for the browser, where `callback` was asked for. @throws {UserError} when this machine cannot be listened on. */
  listen?(state: string): Promise<CallbackListener>;
  close(): void;
}

/** Sends messages through the channels that were named to `connect`. Nothing here throws. */
export interface Teller {
  send(channel: string, delivery: Delivery): Promise<DeliveryResult>;
  /** What people ask a bot; `offset` is what the last answer gave. */
  commands(channel: string, offset: number): Promise<BotAnswer | DeliveryFailure>;
  /** Tells the heartbeat URL that was named to `connect`. */
  ping(): Promise<DeliveryResult>;
}

/** A way to AWS within the time of one run. */
export interface Run extends Context {
  readonly aws: Aws;
  /** Where start URLs of a company's own lead. */
  readonly startUrls?: StartUrls;
  /** No call is begun after this moment (epoch milliseconds). */
  readonly deadline: number;
}
