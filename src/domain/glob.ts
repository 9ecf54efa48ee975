// Selecting sessions and profiles by name: `*` and `?`, nothing else.

/**
 * Whether `pattern` matches the whole of `text`, case-sensitively. `*` stands for any run of characters, `?` for
 * exactly one (a code point, so an emoji is one). No pattern is slow: only the last `*` is ever tried again, so the
 * work is bounded by the product of both lengths and linear for patterns with one `*`.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  if (pattern === "*") return true;
  if (!pattern.includes("*") && !pattern.includes("?")) return pattern === text;
  const wanted = [...pattern];
  const given = [...text];
  let at = 0;
  let from = 0;
  let star = -1;
  let resume = 0;
  while (from < given.length) {
    if (wanted[at] === "*") {
      star = at++;
      resume = from;
    } else if (at < wanted.length && (wanted[at] === "?" || wanted[at] === given[from])) {
      at++;
      from++;
    } else if (star >= 0) {
      at = star + 1;
      from = ++resume;
    } else return false;
  }
  while (wanted[at] === "*") at++;
  return at === wanted.length;
}
