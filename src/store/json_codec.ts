// One declaration reads and writes a record: plain checks, as a schema library costs 0.6 ms of every start.
import { formatInstant, parseInstant } from "../domain/instant.ts";

/** Turns a value into its JSON form and back. `read` gives undefined for what makes no sense, and notes its path. */
export interface Codec<T> {
  read(json: unknown, path: string, bad: string[]): T | undefined;
  write(value: T): unknown;
}

export const text: Codec<string> = plain((json) => typeof json === "string");
export const truth: Codec<boolean> = plain((json) => typeof json === "boolean");
/** A finite number that is not negative. */
export const amount: Codec<number> = plain((json) => typeof json === "number" && json >= 0 && json < Infinity);

/** Epoch milliseconds in memory, RFC 3339 UTC in the file. */
export const time: Codec<number> = {
  read(json, path, bad) {
    const at = parseInstant(json);
    if (at === undefined) bad.push(path);
    return at;
  },
  write: formatInstant,
};

/** A list; entries that make no sense are left out. */
export function list<T>(entry: Codec<T>): Codec<readonly T[]> {
  return {
    read(json, path, bad) {
      if (Array.isArray(json)) {
        return json.map((one, at) => entry.read(one, `${path}[${at}]`, bad)).filter((one) => one !== undefined);
      }
      bad.push(path);
      return undefined;
    },
    write: (values) => values.map((one) => entry.write(one)),
  };
}

/** How every field of `T` is read and written, in the order in which they are written. */
export type Fields<T> = { readonly [K in keyof T]-?: Codec<NonNullable<T[K]>> };

/** An object; one that lacks a `required` field makes no sense, any other field may be absent. */
export function object<T extends object>(fields: Fields<T>, required: readonly (keyof T & string)[]): Codec<T> {
  const codecs = Object.entries(fields) as [keyof T & string, Codec<unknown>][];
  return {
    read(json, path, bad) {
      if (typeof json !== "object" || json === null) {
        bad.push(path);
        return undefined;
      }
      const from = json as Readonly<Record<string, unknown>>;
      const value: Partial<Record<string, unknown>> = {};
      for (const [name, codec] of codecs) {
        if (!Object.hasOwn(from, name)) continue;
        const read = codec.read(from[name], path === "" ? name : `${path}.${name}`, bad);
        if (read !== undefined) value[name] = read;
      }
      const lacks = required.find((name) => value[name] === undefined);
      if (lacks === undefined) return value as T;
      bad.push(path === "" ? lacks : `${path}.${lacks}`);
      return undefined;
    },
    write(value) {
      // `JSON.stringify` leaves undefined fields out, so absent stays absent.
      return Object.fromEntries(codecs.map(([name, codec]) => {
        const field = value[name];
        return [name, field === undefined ? undefined : codec.write(field)];
      }));
    },
  };
}

function plain<T>(accepts: (json: unknown) => boolean): Codec<T> {
  return {
    read(json, path, bad) {
      if (accepts(json)) return json as T;
      bad.push(path);
      return undefined;
    },
    write: (value) => value,
  };
}
