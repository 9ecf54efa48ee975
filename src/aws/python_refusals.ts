// What makes the AWS CLI and boto3 refuse a whole file that this program reads all the same, for `doctor` to tell.
import type { Problem } from "../domain/problem.ts";
import type { AwsFile } from "./config_file.ts";
import type { IniEntry, IniSection } from "./ini.ts";
import { problemAt } from "./setting_checks.ts";
import { quoted } from "./wording.ts";

/**
 * Everything in a file for which Python's RawConfigParser or botocore raises ConfigParseError. Empty when they accept
 * the file (compared with botocore 1.43 on random files); only a broken nested block in a `[DEFAULT]` that no section
 * inherits is told without need.
 */
export function pythonRefusals({ path, document }: AwsFile): Problem[] {
  const problems: Problem[] = [];
  const refuse = (line: number, why: string, hint: string) => {
    const message = `AWS CLI and boto3 refuse ${quoted(path)}: ${why}`;
    problems.push(problemAt({ file: path, line }, "RefusedByPython", message, hint));
  };

  if (document.hasBom) refuse(1, "it begins with a byte order mark", "save it as UTF-8 without a byte order mark");
  for (const line of document.strayLines) refuse(line, "there is text before the first [section]", "remove the line");

  const headers = new Set<string>();
  const keys = new Set<string>();
  for (const section of document.sections) {
    const { header } = section;
    if (header === undefined) {
      refuse(section.line, "a header is not of the form [NAME]", "correct it");
      continue;
    }
    // [DEFAULT] may stand several times, its keys may not.
    if (header !== "DEFAULT" && headers.has(header)) {
      refuse(section.line, `${quoted(`[${header}]`)} stands there twice`, "put both sections together");
    }
    headers.add(header);
    for (const line of section.junkLines) refuse(line, "a line is no KEY = VALUE", "correct it or make it a comment");
    for (const { key, line } of section.entries) {
      const id = `${header}\n${key}`;
      if (keys.has(id)) {
        refuse(line, `${quoted(key)} stands twice in ${quoted(`[${header}]`)}`, "remove one of the lines");
      }
      keys.add(id);
    }
    for (const entry of brokenNests(section)) {
      refuse(entry.line, `a line below ${quoted(entry.key)} is no KEY = VALUE`, "correct the indented lines below");
    }
  }
  return problems;
}

function brokenNests(section: IniSection): IniEntry[] {
  return section.entries.filter(({ value }) =>
    value.startsWith("\n") && value.split("\n").some((line) => line !== "" && !line.includes("="))
  );
}
