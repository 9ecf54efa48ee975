// How one operation of AWS is served inside the worker, and how the fields of an answer are taken.
import { isLoopback } from "../domain/loopback.ts";
import { UnreadableAnswer } from "./failure_of.ts";
import type { Input, Operation, Output, Target } from "./protocol.ts";
import { isWritable } from "./time.ts";
import type { Transport } from "./transport.ts";

/** What the SDK's clients are made with. Retries are the caller's: it looks at the files again between two attempts. */
export interface ClientOptions extends Target {
  readonly requestHandler: Transport;
  readonly maxAttempts: 1;
  readonly clockOffsetMs: number;
}

/** Serves one operation with the SDK's client of its service. */
export type Handler<O extends Operation> = (input: Input<O>, options: ClientOptions) => Promise<Output<O>>;

export type Handlers<O extends Operation> = { readonly [Name in O]: Handler<Name> };

/** @throws {UnreadableAnswer} when the field is missing or empty. */
export function text(value: string | undefined, field: string): string {
  if (typeof value !== "string" || value === "") throw new UnreadableAnswer(`the answer lacks "${field}"`);
  return value;
}

/**
 * A time in epoch milliseconds that can be written to a file.
 *
 * @throws {UnreadableAnswer} when the field is missing, or no such time
 */
export function instant(value: number | undefined, field: string): number {
  if (typeof value === "number" && value > 0 && isWritable(value)) return value;
  throw new UnreadableAnswer(`the answer lacks a valid "${field}"`);
}

/** A number, also where it was written as a text; NaN for everything else. The SDK checks no types. */
export function numberOf(value: unknown): number {
  if (typeof value === "string" && value.trim() !== "") return Number(value);
  return typeof value === "number" ? value : NaN;
}

/**
 * A page for a person to open: https, or http on this machine.
 *
 * @throws {UnreadableAnswer} for everything else: whoever signs in there gives this machine access
 */
export function link(value: string | undefined, field: string): string {
  const page = text(value, field);
  const url = URL.parse(page);
  if (url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname))) return page;
  throw new UnreadableAnswer(`"${field}" of the answer is not an https link, so it is not shown`);
}
