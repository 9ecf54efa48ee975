// A value that cannot be printed by accident: tokens, client secrets, keys.

/**
 * Holds a secret string. Every ordinary way of printing it (template string, `JSON.stringify`, `console.log`,
 * `Deno.inspect`) gives `[redacted]`; only {@link Secret.reveal} returns the text. Call that at the border only: where
 * the file is written, where the request is handed to the worker, and in `export`.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The secret itself. */
  reveal(): string {
    return this.#text;
  }

  /** Whether both hold the same text (for comparing generations of a token, not for checking a password). */
  equals(other: Secret | undefined): boolean {
    return other !== undefined && this.#text === other.#text;
  }

  toString(): string {
    return "[redacted]";
  }

  toJSON(): string {
    return "[redacted]";
  }

  [Symbol.for("Deno.customInspect")](): string {
    return "[redacted]";
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[redacted]";
  }
}
