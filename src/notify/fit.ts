// Keeps a message within what a channel takes: a message that is too long is refused as a whole, or comes as a file.

/**
 * The lines joined by line breaks, without the last ones where they are more than `most` characters (or whatever
 * `size` counts). The first line always stays.
 */
export function fit(lines: readonly string[], most: number, size = (text: string) => text.length): string {
  let kept = lines;
  while (kept.length > 1 && size(join(kept, lines)) > most) kept = kept.slice(0, -1);
  return join(kept, lines);
}

function join(kept: readonly string[], all: readonly string[]): string {
  return [...kept, ...(kept.length < all.length ? ["…"] : [])].join("\n");
}

/** Bytes of `text` as UTF-8. */
export function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
