// The kinds of value a key of config.ini can have: how each is read, and whether it is a secret as it stands.
import { parseDuration } from "../domain/duration.ts";
import { hostAndPort, isGrantable } from "../domain/host.ts";
import { isLoopback } from "../domain/loopback.ts";
import { mailboxOf } from "./email_address.ts";

/** What reading a value gave; `error` is a clause that follows the value ("is not a duration"). */
export type Read<T> = { readonly value: T } | { readonly error: string; readonly hint: string };

export interface Kind<T> {
  read(text: string): Read<T>;
  /** Set when values of this kind are never shown: whether this one, as written, is a secret itself. */
  readonly secret?: (text: string) => boolean;
}

/** What a kind gives when it is read. */
export type ValueOf<K> = K extends Kind<infer T> ? T : never;

export const text: Kind<string> = { read: (value) => ({ value }) };

/** Names or globs, separated by commas. */
export const words: Kind<string[]> = {
  read(list) {
    const value = list.split(",").map((word) => word.trim());
    return value.includes("") ? { error: "has an empty entry", hint: "separate names by single commas" } : { value };
  },
};

/** Milliseconds. */
export const duration: Kind<number> = {
  read(word) {
    const parsed = parseDuration(word);
    return "ms" in parsed ? { value: parsed.ms } : { error: parsed.error, hint: "for example 28m" };
  },
};

/** Milliseconds; what is shorter than `least` (as a person writes it) would be a mistake. */
export function durationFrom(least: string, leastMs: number): Kind<number> {
  return {
    read(word) {
      const read = duration.read(word);
      if ("error" in read || read.value >= leastMs) return read;
      return { error: "is too short", hint: `at least ${least}` };
    },
  };
}

/** Milliseconds each. */
export const durations: Kind<number[]> = {
  read(list) {
    const value: number[] = [];
    for (const word of list.split(",")) {
      const parsed = parseDuration(word.trim());
      if ("error" in parsed) return { error: "is no list of durations", hint: "for example 7d, 1d" };
      value.push(parsed.ms);
    }
    return { value };
  },
};

export function oneOf<const T extends string>(...choices: readonly T[]): Kind<T> {
  return {
    read(word) {
      const value = choices.find((choice) => choice === word);
      return value !== undefined ? { value } : { error: "is not one of its values", hint: `use ${choices.join(", ")}` };
    },
  };
}

/** A file: absolute, or below the home with `~/` (expanded by whoever uses it). */
export const path: Kind<string> = {
  read(value) {
    if (value.startsWith("/") || value.startsWith("~/")) return { value };
    return { error: "is not an absolute path", hint: "begin with / or ~/" };
  },
};

/** A region of AWS, whatever its partition. */
export const region: Kind<string> = {
  read: (value) =>
    /^[a-z][a-z\d-]*$/.test(value) ? { value } : { error: "is no region", hint: "for example eu-west-1" },
};

/** A literal secret, or where it is: `env:NAME`, `file:PATH`. */
export const secret: Kind<string> = {
  secret: isLiteral,
  read(value) {
    if (value === "env:") return { error: "names no variable", hint: "write env:NAME" };
    if (!value.startsWith("file:")) return { value };
    const read = path.read(value.slice(5));
    return "error" in read ? { error: "names no absolute path", hint: "write file:/PATH or file:~/PATH" } : { value };
  },
};

/** A web address as it stands. Plain HTTP is for this machine only, so that nothing leaves it unencrypted. */
export const url: Kind<string> = { read: readUrl, secret: isLiteral };

/** An address that lets anybody who knows it post there, or where it is: `env:NAME`, `file:PATH`. */
export const secretUrl: Kind<string> = {
  secret: isLiteral,
  read: (value) => isLiteral(value) ? readUrl(value) : secret.read(value),
};

/** As {@link secretUrl}, but a host alone is no secret: it is the path that lets others send the heartbeat. */
export const heartbeatUrl: Kind<string> = {
  ...secretUrl,
  secret(value) {
    if (!isLiteral(value)) return false;
    const parsed = URL.parse(value);
    return parsed?.href !== `${parsed?.origin}/`;
  },
};

/** An address of mail, perhaps with a name before it. */
export const mailbox: Kind<string> = {
  read: (value) => mailboxOf(value) === undefined ? NO_MAILBOX : { value },
};

/** Addresses of mail, separated by commas. */
export const mailboxes: Kind<string[]> = {
  read(list) {
    const value = list.split(",").map((one) => one.trim());
    return value.some((one) => mailboxOf(one) === undefined) ? NO_MAILBOX : { value };
  },
};

/** `smtp://`, `smtps://` (with the user, perhaps the password) or `sendmail:/PATH`. */
export const mailServer: Kind<string> = {
  secret: (value) => /:[^/@]+@/.test(value),
  read(value) {
    if (value.startsWith("sendmail:/")) return { value };
    const parsed = URL.parse(value);
    if (parsed !== null && (parsed.protocol === "smtp:" || parsed.protocol === "smtps:") && parsed.hostname !== "") {
      return isGrantable(hostAndPort(value)) ? { value } : NO_HOST;
    }
    return { error: "is not a mail server", hint: "for example smtps://USER@HOST:465, or sendmail:/usr/sbin/sendmail" };
  },
};

export const quietHours: Kind<string> = {
  read(value) {
    const hours = /^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/;
    return hours.test(value) ? { value } : { error: "are not two times of day", hint: "for example 22:00-07:00" };
  },
};

export const timezone: Kind<string> = {
  read(value) {
    try {
      new Intl.DateTimeFormat("en", { timeZone: value });
      return { value };
    } catch {
      return { error: "is not a time zone", hint: "for example Europe/Berlin" };
    }
  },
};

/**
 * A program with its arguments, which may hold a secret. A JSON array, so that no shell and no quoting rules are
 * involved.
 */
export const command: Kind<string[]> = {
  secret: (value) => wordsIn(value)?.length !== 1,
  read(value) {
    const words = wordsIn(value);
    if (words !== undefined && words[0] !== "") return { value: words };
    return { error: "is not a JSON array of words", hint: 'for example ["/usr/local/bin/alert", "--quiet"]' };
  },
};

function wordsIn(json: string): string[] | undefined {
  let words: unknown;
  try {
    words = JSON.parse(json);
  } catch {
    return undefined;
  }
  return Array.isArray(words) && words.length > 0 && words.every((word) => typeof word === "string")
    ? words
    : undefined;
}

const NO_MAILBOX = {
  error: "is no plain mail address",
  hint: "for example ops@example.com, Night <night@example.com>",
};
const NO_HOST = { error: "names no valid host", hint: "correct the name of the host" };

/** The topic in the URL of an ntfy channel; undefined when there is none that a server takes (`[-_A-Za-z0-9]{1,64}`). */
export function ntfyTopic(address: string): string | undefined {
  const part = new URL(address).pathname.split("/").findLast((part) => part !== "") ?? "";
  try {
    const topic = decodeURIComponent(part);
    return /^[-\w]{1,64}$/.test(topic) ? topic : undefined;
  } catch {
    // Percent signs that encode nothing.
    return undefined;
  }
}

function readUrl(value: string): Read<string> {
  const parsed = URL.parse(value);
  if (parsed === null || (parsed.protocol !== "https:" && parsed.protocol !== "http:")) {
    return { error: "is not a web address", hint: "begin with https://" };
  }
  if (parsed.protocol === "http:" && !isLoopback(parsed.hostname)) {
    return { error: "would send without encryption", hint: "use https:// (http:// is for this machine only)" };
  }
  // No worker can be started for such a name, and every other channel would be lost with it.
  return isGrantable(hostAndPort(value)) ? { value } : NO_HOST;
}

/** Whether `value` stands for itself, not for a place where to look (`env:NAME`, `file:PATH`). */
export function isLiteral(value: string): boolean {
  return !value.startsWith("env:") && !value.startsWith("file:");
}
