// Our block in the table of cron jobs of an account. Every line that is not ours stays as it is, byte for byte.
import { UserError } from "../domain/problem.ts";
import { MANAGED } from "./manager.ts";

const BEGIN = "# BEGIN sso-heal";
const END = "# END sso-heal";
const FIRST_LINE = `${BEGIN} (${MANAGED}; to change: sso-heal install, to remove: sso-heal uninstall)`;

/** Where the block stands in a table: `table.slice(from, to)`, with its last line break. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * `present` with `line` as the only one of our block, which keeps its place or is added at the end. A last line without
 * an end gets one: cron demands it.
 *
 * @throws {UserError} when it cannot be told what is ours.
 */
export function withBlock(present: string, line: string): string {
  const block = `${FIRST_LINE}\n${line}\n${END}\n`;
  const [first, ...more] = spansOf(present);
  if (first !== undefined) {
    return present.slice(0, first.from) + block + withoutSpans(present, more, first.to);
  }
  const gap = present === "" || present.endsWith("\n") ? "" : "\n";
  return present + gap + block;
}

/** `present` without our block; undefined when nothing else was there. @throws {UserError} as {@link withBlock} */
export function withoutBlock(present: string): string | undefined {
  const spans = spansOf(present);
  const rest = withoutSpans(present, spans, 0);
  return rest === "" && spans.length > 0 ? undefined : rest;
}

/** The line of our block; undefined without one. @throws {UserError} as {@link withBlock} */
export function lineOfBlock(present: string): string | undefined {
  const [first] = spansOf(present);
  if (first === undefined) return undefined;
  return present.slice(first.from, first.to).split(/\r?\n/).find((line) => line !== "" && !line.startsWith("#"));
}

function withoutSpans(text: string, spans: readonly Span[], from: number): string {
  let rest = "";
  let at = from;
  for (const span of spans) {
    rest += text.slice(at, span.from);
    at = span.to;
  }
  return rest + text.slice(at);
}

/**
 * The lines of a table, each with its end.
 *
 * @throws {UserError} when there are bytes that are no UTF-8: decoding has lost them, and so would the next write.
 */
export function linesOf(table: string): readonly string[] {
  if (table.includes("\ufffd")) {
    throw new UserError("Cannot change the crontab: it holds bytes that are no UTF-8, and they would be lost", [
      "write these lines in UTF-8: crontab -e",
    ]);
  }
  return table.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function spansOf(text: string): Span[] {
  const spans: Span[] = [];
  let from: number | undefined;
  let at = 0;
  for (const line of linesOf(text)) {
    const end = at + line.length;
    const words = line.trimEnd();
    if (words === BEGIN || words.startsWith(`${BEGIN} `)) {
      if (from !== undefined) throw damaged("begins twice");
      if (!line.includes(MANAGED)) throw damaged("was not written by sso-heal");
      from = at;
    } else if (words === END) {
      if (from === undefined) throw damaged("ends without a beginning");
      spans.push({ from, to: end });
      from = undefined;
    }
    at = end;
  }
  if (from !== undefined) throw damaged("has no end");
  return spans;
}

function damaged(how: string): UserError {
  return new UserError(`Cannot change the crontab: its block of sso-heal ${how}`, [
    `remove the lines from "${BEGIN}" to "${END}", what is left of them: crontab -e`,
    "then try again",
  ]);
}
