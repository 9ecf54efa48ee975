// Tests of the file of variables: two real readers get out of it what went in, and nothing else fits.
import assert from "node:assert/strict";
import { withTemporaryHome } from "../../tests/support/temporary_home.ts";
import { runProgram } from "../system/run_program.ts";
import { parseKeptEnv } from "../store/kept_env.ts";
import { envFileOf, envFileText } from "./env_file.ts";

const STRANGE: Readonly<Record<string, string>> = {
  ALL: "a\"b'c\\d$e`f$(g)${h}i#j;k!l%m&n|o*p?q~r<s>t",
  BACKSLASHES: "\\\\n\\",
  BLANKS: "  two  and\ta tab  ",
  EMPTY: "",
  HASH: "# no comment",
  QUOTES: '"\'"',
  SIGN: "ключ – 鍵 🔑",
  URL: "http://user:p%40ss$w0rd@proxy.example.com:3128",
};

Deno.test("envFileText() is read by sh exactly as it was given", async () => {
  await withTemporaryHome(async (home) => {
    const file = `${home}/env file`;
    Deno.writeTextFileSync(file, envFileText(STRANGE));
    const show = Object.keys(STRANGE).map((name) => `printf '%s\\0' "$${name}"`).join("; ");
    for (const shell of ["/bin/sh", "/bin/bash"]) {
      const args = [
        "-euc",
        `set -a; . "$1"; set +a; sh -uc ${JSON.stringify(show).replaceAll("$", "\\$")}`,
        "sh",
        file,
      ];
      const ran = await runProgram({ program: shell, args });
      assert.deepEqual([ran.code, ran.stderr], [0, ""], shell);
      assert.deepEqual(ran.stdout.split("\0").slice(0, -1), Object.values(STRANGE), shell);
    }
  });
});

Deno.test("parseKeptEnv() gives back what envFileText() was given", () => {
  assert.deepEqual(parseKeptEnv(envFileText(STRANGE)), STRANGE);
  assert.deepEqual(parseKeptEnv(envFileText({})), {});
});

Deno.test("envFileText() is the same whatever the order", () => {
  assert.equal(envFileText({ B: "2", A: "1" }), envFileText({ A: "1", B: "2" }));
  assert.match(envFileText({ B: "2", A: "1" }), /^# sso-heal:managed v1\n.*\nA="1"\nB="2"\n$/);
});

Deno.test("envFileText() refuses names and values that would be read as something else, and shows no value", () => {
  for (const name of ["", "1A", "A-B", "A B", "A=B", "Ä", "A\nB"]) {
    assert.throws(() => envFileText({ [name]: "x" }), /is no name of one/, name);
  }
  for (const value of ["secret\nLD_PRELOAD=x", "secret\r", "secret\0", "secret\x1b[2J", "secret\x85"]) {
    assert.throws(() => envFileText({ A: value }), (error: Error) => {
      assert.match(error.message, /variable A: its value holds/);
      assert.ok(!error.message.includes("secret"));
      return true;
    });
  }
});

Deno.test("envFileOf() is a private file that leaves a foreign one alone", () => {
  const unit = envFileOf({ envFile: "/home/alice/.config/sso-heal/env", secretEnv: { A: "1" } });
  assert.deepEqual([unit.path, unit.mode], ["/home/alice/.config/sso-heal/env", 0o600]);
  const text = unit.wanted(undefined);
  assert.equal(unit.wanted(text), text);
  assert.equal(unit.without(text), undefined);
  assert.throws(() => unit.wanted("A=1\n"), /was not written by sso-heal/);
  assert.equal(unit.without("A=1\n"), "A=1\n");
});
