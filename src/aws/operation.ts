// How one operation of AWS is served inside the worker, and how the fields of an answer are taken.
import type { Input, Operation, Output, Target } from "./protocol.ts";
import { UnreadableAnswer } from "./failure_of.ts";
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

/** @throws {UnreadableAnswer} when the field is missing or not above zero. */
export function number(value: number | undefined, field: string): number {
  if (typeof value !== "number" || !(value > 0)) throw new UnreadableAnswer(`the answer lacks a valid "${field}"`);
  return value;
}
