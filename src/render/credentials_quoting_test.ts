// Proves that shells read back what was written, by running them; for those of Windows by their grammar, typed anew.
import assert from "node:assert/strict";
import fc from "fast-check";
import { withTemporaryHome } from "../../tests/support/temporary_home.ts";
import { Secret } from "../domain/secret.ts";
import { type ExportFormat, formatCredentials } from "./credentials.ts";
import { cmdAssignment, dotenvAssignment, powershellString } from "./credentials_quoting.ts";

const HOSTILE: readonly string[] = [
  "",
  " ",
  "-n",
  "--",
  "=ls",
  "a:=ls",
  "~",
  "a:~root",
  "a  b\tc",
  "'",
  "''",
  "it's",
  '"',
  '"quoted"',
  "\\",
  "\\'",
  "a\\",
  "\\n",
  "$HOME",
  "${HOME}",
  "$(echo no)",
  "(echo no)",
  "`echo no`",
  "%PATH%",
  "%self",
  "!!",
  "!echo",
  "^a^b",
  "a;b&c|d<e>f",
  "# no comment",
  "*",
  "[a-z]?",
  "{a,b}",
  "line\nbreak",
  "\n",
  "carriage\rreturn",
  "end\n",
  "\x1b[2J",
  "\x7f\x01",
  "é日本😀",
  "\u2018a\u2019 \u201ab\u201b",
  "\u201ca\u201d \u201eb",
  "\u201d; calc; \u201c",
  '"\u201d"',
  "`",
  "`$(echo no)`u{41}`e",
  "\ufeffa\u2028b",
];

function written(format: ExportFormat, value: string): string {
  const credentials = {
    accessKeyId: "AKIA",
    secretAccessKey: new Secret(value),
    sessionToken: new Secret("next"),
    expiresAt: 0,
  };
  return formatCredentials(format, credentials, { profile: "dev" }).stdout;
}

const SHOW = `printf '%s\\0' "$AWS_SECRET_ACCESS_KEY" "$AWS_SESSION_TOKEN"`;
const EVAL = `eval "$(cat)"`;
/** The shell reads the text on its stdin as a person makes it do, and prints two variables. */
const SHELLS: readonly (readonly [name: string, format: ExportFormat, command: string[]])[] = [
  ["sh", "env", ["sh", "-c", `${EVAL}; ${SHOW}`]],
  ["bash", "env", ["bash", "--norc", "-c", `${EVAL}; ${SHOW}`]],
  ["bash with history expansion", "env", ["bash", "--norc", "-c", `set -H -o history; ${EVAL}; ${SHOW}`]],
  ["zsh", "env", ["zsh", "-f", "-c", `${EVAL}; ${SHOW}`]],
  ["zsh with rcquotes", "env", ["zsh", "-f", "-o", "rcquotes", "-o", "magicequalsubst", "-c", `${EVAL}; ${SHOW}`]],
  ["sh, exported to a child", "env", ["sh", "-c", `${EVAL}; sh -c '${SHOW.replaceAll("'", "'\\''")}'`]],
  ["sh, not exported", "env-no-export", ["sh", "-c", `${EVAL}; ${SHOW}`]],
  ["zsh, not exported", "env-no-export", ["zsh", "-f", "-c", `${EVAL}; ${SHOW}`]],
  ["fish", "fish", ["fish", "--no-config", "-c", `source -; ${SHOW}`]],
];

for (const [name, format, [program, ...args]] of SHELLS) {
  const missing = !isThere(program);
  Deno.test({
    name: `formatCredentials() writes ${format} that ${name} reads back${
      missing ? ` (skipped: no ${program} here)` : ""
    }`,
    ignore: missing,
    fn: () =>
      withTemporaryHome(async (home) => {
        for (const value of HOSTILE) {
          const child = new Deno.Command(program, {
            args,
            cwd: home,
            clearEnv: true,
            env: { PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin", HOME: home, LC_ALL: "C.UTF-8" },
            stdin: "piped",
            stdout: "piped",
            stderr: "piped",
          }).spawn();
          const writer = child.stdin.getWriter();
          await writer.write(new TextEncoder().encode(written(format, value)));
          await writer.close();
          const { stdout, stderr } = await child.output();
          assert.equal(
            new TextDecoder("utf-8", { ignoreBOM: true }).decode(stdout),
            `${value}\0next\0`,
            JSON.stringify(value),
          );
          assert.equal(new TextDecoder().decode(stderr), "", JSON.stringify(value));
        }
      }),
  });
}

function isThere(program: string): boolean {
  try {
    new Deno.Command(program, { args: ["-c", ""], stdin: "null", stdout: "null", stderr: "null" }).outputSync();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** What PowerShell takes for a double and for a single quote, typographic ones included (about_Quoting_Rules). */
const DOUBLE = '"\u201c\u201d\u201e';
const SINGLE = "'\u2018\u2019\u201a\u201b";
const NAMED: Readonly<Record<string, string>> = {
  ...{ 0: "\0", a: "\x07", b: "\b", e: "\x1b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" },
};

/**
 * One string of PowerShell at the end of `text`, as its tokenizer reads it: any quote of a kind ends a string that any of
 * that kind began, two in a row stand for one, and a backtick escapes within double quotes alone (about_Special_Characters).
 * Undefined if it is anything else, or if something in it would be expanded.
 */
function readPowershellString(text: string): string | undefined {
  const quotes = [DOUBLE, SINGLE].find((kind) => text !== "" && kind.includes(text[0]));
  if (quotes === undefined) return undefined;
  let value = "";
  for (let at = 1; at < text.length; at++) {
    const char = text[at];
    if (quotes.includes(char)) {
      if (at === text.length - 1) return value;
      if (!quotes.includes(text[++at])) return undefined;
      value += text[at];
    } else if (quotes === DOUBLE && char === "$") return undefined;
    else if (quotes === DOUBLE && char === "`") {
      const [, code] = /^u\{([\da-f]{1,6})\}/i.exec(text.slice(at + 1)) ?? [];
      const next = text[at + 1];
      if (next === undefined) return undefined;
      value += code === undefined ? NAMED[next] ?? next : String.fromCodePoint(parseInt(code, 16));
      at += code === undefined ? 1 : code.length + 3;
    } else value += char;
  }
  return undefined;
}

/** Variables that the lines set; undefined where a line is not one assignment. Lines, because `iex` is given them. */
function readPowershell(lines: string): Record<string, string> | undefined {
  const set: Record<string, string> = {};
  for (const line of lines.replace(/\n$/, "").split(/\r\n|\r|\n/)) {
    const [, name, text] = /^\$Env:([A-Z_]+)=([^]*)$/.exec(line) ?? [];
    const value = name === undefined ? undefined : readPowershellString(text);
    if (value === undefined) return undefined;
    set[name] = value;
  }
  return set;
}

const POWERSHELL: readonly (readonly [text: string, value: string | undefined])[] = [
  ['"a"', "a"],
  ["'a`n$b'", "a`n$b"],
  ["\u2018it\u2019\u2019s'", "it\u2019s"],
  ["'a\u201b", "a"],
  ["'a\u2019; calc'", undefined],
  ['"a\u201d; calc"', undefined],
  ['"a""b"', 'a"b'],
  ['"`u{1F600}`$`e"', "\u{1F600}$\x1b"],
  ['"$a"', undefined],
  ['"a`"', undefined],
  ["a", undefined],
  ["", undefined],
];

Deno.test("the reader of this test takes strings as PowerShell does", () => {
  for (const [text, value] of POWERSHELL) assert.equal(readPowershellString(text), value, text);
});

Deno.test("formatCredentials() writes powershell that PowerShell reads back, line by line", () => {
  const check = (value: string) => {
    const { AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = readPowershell(written("powershell", value)) ?? {};
    assert.deepEqual([AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN], [value, "next"]);
    assert.equal(readPowershellString(powershellString(value)), value);
  };
  HOSTILE.forEach(check);
  const unit = fc.constantFrom(...`${DOUBLE}${SINGLE}\`$;(){}u4nre0\n\r\\%aé\u2028\x85`);
  fc.assert(fc.property(fc.string({ unit, maxLength: 12 }), check), { numRuns: 1000 });
});

/**
 * The value that cmd.exe sets, by its phases: percent signs and line breaks, then `& | < > ^ ( )` outside quotes, then
 * `set` takes the text up to its last quote, or all of it. Undefined where anything would be read as something else.
 */
function readCmd(line: string): string | undefined {
  if (/[%!\r\n]/.test(line)) return undefined;
  const [, quoted, bare] = /^set (?:"X=([^"]*)"|X=([^"&|<>^() ]*))$/.exec(line) ?? [];
  return quoted ?? bare;
}

Deno.test("cmdAssignment() is one command that cmd.exe reads back, or refused", () => {
  const isWritable = (value: string) => !/[%!"\r\n]/.test(value);
  const check = (value: string) => {
    if (isWritable(value)) assert.equal(readCmd(cmdAssignment("X", value)), value);
    else assert.throws(() => cmdAssignment("X", value), { name: "UserError" });
  };
  HOSTILE.forEach(check);
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom(..."&|<>^()%!\"' =a"), maxLength: 8 }), check));
});

Deno.test("dotenvAssignment() leaves plain values bare and puts others in single quotes", () => {
  const rows: [value: string, line: string][] = [
    ["a/b+c==", "X=a/b+c=="],
    ["", "X=''"],
    ["a # b", "X='a # b'"],
    ['"a"', `X='"a"'`],
    ["é", "X='é'"],
  ];
  for (const [value, line] of rows) assert.equal(dotenvAssignment("X", value), line);
});
