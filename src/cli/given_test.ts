// Tests that the short way of reading a command line gives what the whole parser gives.
import assert from "node:assert/strict";
import fc from "fast-check";
import { EVERYWHERE, type Options } from "../commands/command.ts";
import { REGISTRY } from "../commands/registry.ts";
import { givenFlags } from "./given.ts";
import { parseOptions } from "./parse.ts";

for (const [name, { load }] of Object.entries(REGISTRY)) {
  Deno.test(`givenFlags() gives the same as parseOptions() for the flags of ${name}`, async () => {
    const options: Options = { ...EVERYWHERE, ...(await load()).options };
    const flags = Object.keys(options).filter((long) => long !== "help" && options[long].kind === "flag");
    fc.assert(fc.property(fc.array(fc.constantFrom(...flags.map((long) => `--${long}`))), (words) => {
      const given = givenFlags(words, options);
      assert.notEqual(given, undefined);
      assert.deepEqual(given, parseOptions(name, words, options));
    }));
  });
}

const OPTIONS = { ...EVERYWHERE, session: { kind: "list", value: "NAME", help: "" } } as const;

for (
  const word of ["--help", "-h", "-q", "-", "--", "", "quiet", "--quite", "--quiet=yes", "--session", "--toString"]
) {
  Deno.test(`givenFlags() leaves ${JSON.stringify(word)} to the whole parser`, () => {
    assert.equal(givenFlags([word], OPTIONS), undefined);
    assert.equal(givenFlags(["--quiet", word, "--verbose"], OPTIONS), undefined);
  });
}
