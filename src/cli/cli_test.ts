// Tests of the whole program from the command line to the exit code, as far as no session is needed.
import assert from "node:assert/strict";
import { REGISTRY } from "../commands/registry.ts";
import { formatTopHelp } from "./help.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the program in an empty home, which is the current directory as long as it is not compiled. */
async function ssoHeal(...words: string[]): Promise<Result> {
  const home = await Deno.makeTempDir();
  try {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--config", CONFIG, MAIN, ...words],
      cwd: home,
    }).output();
    const text = new TextDecoder();
    return { code, out: text.decode(stdout), err: text.decode(stderr) };
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

for (const words of [[], ["help"], ["--help"], ["-h"], ["help", "--help"]]) {
  Deno.test(`sso-heal ${words.join(" ") || "alone"} shows the help on standard output`, async () => {
    assert.deepEqual(await ssoHeal(...words), { code: 0, out: formatTopHelp(), err: "" });
  });
}

for (const name of Object.keys(REGISTRY)) {
  Deno.test(`sso-heal ${name} --help shows an example on standard output`, async () => {
    const { code, out, err } = await ssoHeal(name, "--no-such-option", "--help");
    assert.deepEqual([code, err], [0, ""]);
    assert.match(out, new RegExp(`^Usage: sso-heal ${name} .*\\[options\\].*$`, "m"));
    assert.match(out, new RegExp(`^Examples:\n {2}sso-heal ${name}`, "m"));
    assert.deepEqual(await ssoHeal("help", name), { code, out, err });
  });
}

Deno.test("sso-heal --version says version and runtime", async () => {
  const { code, out } = await ssoHeal("--version");
  assert.equal(code, 0);
  assert.match(out, /^sso-heal \S+ \(Deno \d+\.\d+\.\d+, [\w-]+, runtime base: none\)\n$/);
});

const WRONG: Array<[string[], string]> = [
  [["chekc"], 'Unknown command "chekc"\n  → did you mean "check"?\n  → see: sso-heal --help\n'],
  [["xyzzy"], 'Unknown command "xyzzy"\n  → see: sso-heal --help\n'],
  [["help", "chekc"], 'Unknown command "chekc"\n  → did you mean "check"?\n  → see: sso-heal --help\n'],
  [
    ["--json", "check"],
    'The command comes first, before "--json"\n  → write: sso-heal COMMAND [options]\n  → see: sso-heal --help\n',
  ],
  [
    ["check", "--jsn"],
    'Unknown option "--jsn" of "check"\n  → did you mean "--json"?\n  → see: sso-heal check --help\n',
  ],
  [["check", "\x1b[2J"], 'Unexpected word "[2J": "check" takes options only\n'],
];

for (const [words, message] of WRONG) {
  Deno.test(`sso-heal ${JSON.stringify(words.join(" "))} is wrong usage: one clear line, exit 2`, async () => {
    const { code, out, err } = await ssoHeal(...words);
    assert.deepEqual([code, out], [2, ""]);
    assert.ok(err.startsWith(`sso-heal: ${message}`), err);
  });
}
