// "Did you mean …": for command names, options, and the words of our configuration.

/**
 * The candidate that `word` was most likely meant to be: at most two typing slips away (a swap of neighbours is one;
 * in words of four letters or fewer only one slip), or the only one that it begins. Case is ignored. Undefined when
 * nothing is near, so that no suggestion is better than a silly one.
 */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const given = word.toLowerCase();
  let best: string | undefined;
  let bestSlips = (given.length <= 4 ? 1 : 2) + 1;
  const begun: string[] = [];
  for (const candidate of candidates) {
    const known = candidate.toLowerCase();
    if (given.length > 0 && known.startsWith(given)) begun.push(candidate);
    if (Math.abs(known.length - given.length) >= bestSlips) continue;
    const slips = distance(given, known);
    // A word in which everything was replaced is another word, not a slip.
    if (slips < bestSlips && slips < known.length) {
      best = candidate;
      bestSlips = slips;
    }
  }
  return best ?? (begun.length === 1 ? begun[0] : undefined);
}

/** Optimal string alignment distance: insert, delete, replace, swap neighbours. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (same ? 0 : 1));
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, beforeLast[column - 2] + 1);
      }
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length];
}
