// What can be wrong with a single setting or section of the AWS files, whatever it belongs to.
import type { Problem } from "../domain/problem.ts";
import { isLoopback } from "../domain/loopback.ts";
import type { Block, Setting } from "./settings.ts";
import { fixFor, quoted, shown } from "./wording.ts";

/** What nobody writes as the second line of a value. */
const MEANT_OTHERWISE = ["sso_", "[profile", "[sso-session", "[default]"];

/** Begins every message: the action and the thing, such as `Cannot use profile "dev"`. */
export type Subject = string;

export function problemAt(place: Pick<Setting, "file" | "line">, code: string, message: string, hint: string): Problem {
  return { code, message, hint, file: place.file, line: place.line };
}

/** A key that stands twice in one section with different values: clients would each take their own. */
export function contradiction(
  subject: Subject,
  keys: readonly string[],
  look: Pick<Block, "get" | "hasContradiction">,
): Problem | undefined {
  if (!look.hasContradiction()) return undefined;
  for (const key of keys) {
    const setting = look.get(key);
    if (setting?.contradictedAt === undefined) continue;
    const place = { file: setting.file, line: setting.contradictedAt };
    const hint = `keep one of the lines ${setting.line} and ${setting.contradictedAt}`;
    return problemAt(place, "Contradiction", `${subject}: ${key} is given twice with different values`, hint);
  }
  return undefined;
}

/**
 * A line that was surely meant as a setting of SSO or a section, but is read as something else: `sso_…` without `=`, or
 * indented below a value (the AWS CLI then appends it to that value, the JavaScript SDK does not).
 */
export function misreadLine(subject: Subject, block: Block): Problem | undefined {
  if (!block.sections.some((section) => section.hasContinuation || section.junkLines.length > 0)) return undefined;
  const file = block.file.path;
  const textOf = (line: number) => block.file.document.lines[line - 1].trim();
  for (const section of block.sections) {
    for (const line of section.junkLines) {
      const word = textOf(line).split(/\s/, 1)[0];
      if (!word.toLowerCase().startsWith("sso_")) continue;
      const hint = `write it as KEY = VALUE, or make it a comment with #`;
      return problemAt({ file, line }, "MissingEquals", `${subject}: a line with ${shown(word)} has no "="`, hint);
    }
    for (const { key, value, line: start, lastLine } of section.entries) {
      if (lastLine === start || value.startsWith("\n")) continue;
      for (let line = start + 1; line <= lastLine; line++) {
        const text = textOf(line);
        if (!MEANT_OTHERWISE.some((start) => text.startsWith(start))) continue;
        const message = `${subject}: this line is indented, so it is read as part of ${quoted(key)} in line ${start}`;
        return problemAt({ file, line }, "IndentedLine", message, "remove the spaces at the start of the line");
      }
    }
  }
  return undefined;
}

/** A region becomes part of a host name, so it must be a host label (botocore utils.py `validate_region_name`). */
export function badRegion(subject: Subject, key: string, region: Setting): Problem | undefined {
  if (isHostLabel(region.value)) return undefined;
  const message = `${subject}: ${key} ${shown(region.value)} is no region`;
  return problemAt(region, "RegionInvalid", message, fixFor(region.value, `write a region such as us-east-1`));
}

function isHostLabel(text: string): boolean {
  // Without the flag `i`, which costs 0.1 ms at start-up.
  return /^(?!\d+$)[A-Za-z\d](?:[A-Za-z\d-]{0,61}[A-Za-z\d])?$/.test(text);
}

/** A URL that a token may be sent to: https, or http to this machine. */
export function badUrl(
  subject: Subject,
  code: string,
  key: string,
  url: Setting,
  example: string,
): Problem | undefined {
  const parsed = /\s/.test(url.value) ? null : URL.parse(url.value);
  const isWeb = parsed !== null && (parsed.protocol === "https:" || parsed.protocol === "http:");
  if (isWeb && (parsed.protocol === "https:" || isLoopback(parsed.hostname))) return undefined;
  const why = isWeb ? "is not https" : "is not a URL";
  const hint = fixFor(url.value, `write it as ${example}`);
  // It may hold a password.
  const safe = url.value.replace(/\/\/.*@/s, "//[redacted]@");
  return problemAt(url, code, `${subject}: ${key} ${shown(safe)} ${why}`, hint);
}
