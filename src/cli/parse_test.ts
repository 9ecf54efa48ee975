// Tests of the command line's grammar, as a table.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Options } from "../commands/command.ts";
import { UserError } from "../domain/problem.ts";
import { parseOptions } from "./parse.ts";

const OPTIONS = {
  session: { kind: "list", short: "s", value: "NAME", help: "" },
  timeout: { kind: "duration", value: "DURATION", fallback: "5m", leastMs: 1000, help: "" },
  format: { kind: "choice", choices: ["table", "json", "csv"], help: "" },
  "force-refresh": { kind: "flag", short: "f", help: "" },
  quiet: { kind: "flag", short: "q", help: "" },
  help: { kind: "flag", short: "h", help: "" },
} as const satisfies Options;

const NOTHING = {
  session: [],
  timeout: 300_000,
  format: undefined,
  "force-refresh": false,
  quiet: false,
  help: false,
};

const RIGHT: Array<[string[], Partial<Record<keyof typeof OPTIONS, unknown>>]> = [
  [[], {}],
  [["--"], {}],
  [["--session", "prod"], { session: ["prod"] }],
  [["--session=prod"], { session: ["prod"] }],
  [["--session", "a", "--session=b", "-s", "c", "-sd"], { session: ["a", "b", "c", "d"] }],
  [["--session=a=b"], { session: ["a=b"] }],
  [["--session=-odd"], { session: ["-odd"] }],
  [["--session", "https://example.awsapps.com/start#/"], { session: ["https://example.awsapps.com/start#/"] }],
  [["--session", "sesión 日本"], { session: ["sesión 日本"] }],
  [["-qf"], { quiet: true, "force-refresh": true }],
  [["-qs", "prod"], { quiet: true, session: ["prod"] }],
  [["-q", "-q"], { quiet: true }],
  [["--force-refresh"], { "force-refresh": true }],
  [["--timeout", "90s"], { timeout: 90_000 }],
  [["--timeout=90s", "--timeout", "2h"], { timeout: 7_200_000 }],
  [["--format", "csv"], { format: "csv" }],
  [["--format=table", "--format=json"], { format: "json" }],
  [["-h"], { help: true }],
  [["--quiet", "--help"], { help: true }],
  [["--no-such-option", "word", "--help"], { help: true }],
];

for (const [words, expected] of RIGHT) {
  Deno.test(`parseOptions() reads: ${words.join(" ")}`, () => {
    assert.deepEqual(parseOptions("check", words, OPTIONS), { ...NOTHING, ...expected });
  });
}

const SEE = "see: sso-heal check --help";
const WRONG: Array<[string[], string, string[]]> = [
  [["--forse-refresh"], 'Unknown option "--forse-refresh" of "check"', ['did you mean "--force-refresh"?', SEE]],
  [["--force"], 'Unknown option "--force" of "check"', ['did you mean "--force-refresh"?', SEE]],
  [["--xyzzy"], 'Unknown option "--xyzzy" of "check"', [SEE]],
  [["--QUIET"], 'Unknown option "--QUIET" of "check"', ['did you mean "--quiet"?', SEE]],
  [["--constructor"], 'Unknown option "--constructor" of "check"', [SEE]],
  [["--=x"], 'Unknown option "--" of "check"', [SEE]],
  [["-x"], 'Unknown option "-x" of "check"', [SEE]],
  [["-qx"], 'Unknown option "-x" of "check"', [SEE]],
  [["--session"], 'Option "--session" needs a value: NAME', [SEE]],
  [["--session="], 'Option "--session" needs a value: NAME', [SEE]],
  [["--session=", "--quiet"], 'Option "--session" needs a value: NAME', [SEE]],
  [["--session", ""], 'Option "--session" needs a value: NAME', [SEE]],
  [["-s"], 'Option "-s" needs a value: NAME', [SEE]],
  [
    ["--session", "--quiet"],
    'Option "--session" needs a value: NAME',
    ['if "--quiet" is the value, write --session=--quiet', SEE],
  ],
  [["--format"], 'Option "--format" needs a value: table, json or csv', [SEE]],
  [["--format", "yaml"], 'Option "--format" is table, json or csv, not "yaml"', [SEE]],
  [["--format=jsn"], 'Option "--format" is table, json or csv, not "jsn"', ['did you mean "json"?', SEE]],
  [
    ["--timeout", "5"],
    'Option "--timeout": "5" is not a duration (write 90s, 10m, 4h or 7d)',
    [SEE],
  ],
  [["--timeout", "0"], 'Option "--timeout": "0" is too short (at least 1s)', [SEE]],
  [["--quiet=yes"], 'Option "--quiet" takes no value', [SEE]],
  [
    ["prod"],
    'Unexpected word "prod": "check" takes options only',
    ["to choose a session, write --session prod", SEE],
  ],
  [["my prod"], 'Unexpected word "my prod": "check" takes options only', [
    "to choose a session, write --session 'my prod'",
    SEE,
  ]],
  [["--", "--quiet"], 'Unexpected word "--quiet": "check" takes options only', [
    "to choose a session, write --session=--quiet",
    SEE,
  ]],
  [["-"], 'Unexpected word "-": "check" takes options only', ["to choose a session, write --session=-", SEE]],
  [["--", "--help"], 'Unexpected word "--help": "check" takes options only', [
    "to choose a session, write --session=--help",
    SEE,
  ]],
];

for (const [words, message, hints] of WRONG) {
  Deno.test(`parseOptions() refuses: ${words.join(" ")}`, () => {
    assert.throws(() => parseOptions("check", words, OPTIONS), (error) => {
      assert.ok(error instanceof UserError);
      assert.deepEqual([error.message, error.hints, error.exitCode], [message, hints, 2]);
      return true;
    });
  });
}

Deno.test("parseOptions() reads any words or refuses them as wrong usage, and never anything else", () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom("--", "-", "--session", "--timeout=", "-q", "-sq", "--help", "--format=json", "-qfs"),
  );
  fc.assert(fc.property(fc.array(word), (words) => {
    try {
      assert.deepEqual(Object.keys(parseOptions("check", words, OPTIONS)), Object.keys(NOTHING));
    } catch (error) {
      assert.ok(error instanceof UserError && error.exitCode === 2, String(error));
    }
  }));
});

Deno.test("parseOptions() gives a name back as it was written", () => {
  fc.assert(fc.property(fc.string({ minLength: 1 }), (name) => {
    assert.deepEqual(parseOptions("check", [`--session=${name}`], OPTIONS).session, [name]);
  }));
});

const COMMAND_LINE = {
  profile: { kind: "list", value: "NAME", help: "" },
  words: { kind: "words", value: "CMD", help: "", behindDashes: true },
  help: { kind: "flag", short: "h", help: "" },
} as const satisfies Options;

Deno.test("parseOptions() leaves all words behind -- to another program", () => {
  const words = ["--profile", "dev", "--", "aws", "-h", "--profile", "other", "--", "--help", ""];
  assert.deepEqual(parseOptions("exec", words, COMMAND_LINE), {
    profile: ["dev"],
    words: words.slice(3),
    help: false,
  });
});

Deno.test("parseOptions() refuses a program before --, whose options could be taken for ours", () => {
  assert.throws(() => parseOptions("exec", ["rm", "-v", "file"], COMMAND_LINE), {
    message: 'Unexpected word "rm" before "--"',
    hints: ["write: sso-heal exec [options] -- rm …", "see: sso-heal exec --help"],
  });
});
