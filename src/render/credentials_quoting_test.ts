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
  "\u2018a\u2019 \u201cb\u201d \u201ec",
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

/** A string of PowerShell in double quotes (about_Quoting_Rules, about_Special_Characters); undefined if it is none. */
function readPowershell(text: string): string | undefined {
  const quotes = '"\u201c\u201d\u201e';
  const named: Record<string, string> = { n: "\n", r: "\r", t: "\t", 0: "\0", a: "\x07", b: "\b", f: "\f", v: "\v" };
  if (!quotes.includes(text[0])) return undefined;
  let value = "";
  for (let at = 1; at < text.length; at++) {
    const char = text[at];
    if (char === "`") {
      const next = text[++at];
      if (next === undefined) return undefined;
      value += named[next] ?? next;
    } else if (char === "$") return undefined; // would be expanded
    else if (quotes.includes(char)) return at === text.length - 1 ? value : undefined;
    else value += char;
  }
  return undefined;
}

Deno.test("powershellString() is one string on one line that PowerShell reads back", () => {
  const check = (value: string) => {
    const text = powershellString(value);
    assert.equal(readPowershell(text), value);
    assert.doesNotMatch(text, /[\r\n]/);
  };
  HOSTILE.forEach(check);
  const unit = fc.constantFrom(..."`$\"'\u201c\u201d\u201e\u2018nr0\n\r\\%aé");
  fc.assert(fc.property(fc.string({ unit, maxLength: 12 }), check));
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
