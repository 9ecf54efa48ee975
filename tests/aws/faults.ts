// What can go wrong, one row a fault, and which fault hits which request.
import type { Line, Reply } from "./http_wire.ts";
import { type Operation, OPERATIONS } from "./operations.ts";
import type { Service } from "./service_error.ts";
import { SERVICE_FAULTS } from "./service_faults.ts";
import { WIRE_FAULTS } from "./wire_faults.ts";

/** What a fault has at hand. */
export interface FaultScene {
  /** The true answer; for a fault "before" the state change an empty one with status 0. */
  readonly reply: Reply;
  /** An address under another host name whose requests are recorded as `RedirectTarget`. */
  readonly elsewhere: string;
  /** Date of the services' clock. */
  readonly date: Date;
}

/**
 * One way to fail. "before": AWS never saw the request; "after": AWS did its work (a refresh token may have been
 * rotated) and the answer is lost or spoiled. `class` is what a refresh must make of it: the sign-in is over ("final"),
 * try later ("temporary"), or only a person can repair the set-up ("broken").
 */
export interface Fault {
  readonly name: string;
  readonly does: string;
  readonly when: "before" | "after";
  readonly class: "final" | "temporary" | "broken";
  /** Absent: every service. */
  readonly service?: Service;
  /** A whole answer in place of the true one. */
  readonly reply?: (scene: FaultScene) => Reply;
  /** Something that is no whole answer; the connection is closed after it. */
  readonly spoil?: (line: Line, scene: FaultScene) => Promise<void>;
}

export const FAULTS: readonly Fault[] = [...WIRE_FAULTS, ...SERVICE_FAULTS];

/** The rows that can hit an operation. */
export function faultsFor(operation: Operation): Fault[] {
  const service = OPERATIONS[operation];
  return FAULTS.filter((fault) => fault.service === undefined || fault.service === service);
}

/** The faults that are still to strike, in the order in which they were asked for. */
export class FaultQueue {
  #waiting: { readonly operation: Operation | "*"; readonly name: string; left: number }[] = [];

  /** Throws when that operation knows no such fault. */
  add(operation: Operation | "*", name: string, times: number): void {
    const known = operation === "*" ? FAULTS.filter((fault) => !fault.service) : faultsFor(operation);
    if (!known.some((fault) => fault.name === name)) {
      const names = known.map((fault) => fault.name).join(", ");
      throw new Error(`${operation} has no fault "${name}"; it has: ${names}`);
    }
    this.#waiting.push({ operation, name, left: times });
  }

  /** The fault that strikes this request, which uses it up once. */
  take(operation: Operation): Fault | undefined {
    const entry = this.#waiting.find((one) => one.left > 0 && (one.operation === operation || one.operation === "*"));
    if (entry === undefined) return undefined;
    entry.left -= 1;
    return faultsFor(operation).find((fault) => fault.name === entry.name);
  }

  clear(): void {
    this.#waiting = [];
  }
}
