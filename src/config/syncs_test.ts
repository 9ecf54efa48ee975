// Proves the [sync NAME] sections: what each says, and that one that would write somewhere else is not used.
import assert from "node:assert/strict";
import { readConfig } from "./read_config.ts";

const ORIGIN = { file: "/home/u/.config/sso-heal/config.ini", mode: 0o100600, home: "/home/u" };

Deno.test("readConfig() reads [sync] sections in file order, with paths below the home", () => {
  const text = `[sync dev]
[sync "my prof"]
to = old
file = ~/other/credentials
region = eu-west-1
output = json
[sync team-*]
to = *.old
`;
  const { config, problems, warnings } = readConfig(text, ORIGIN);
  assert.deepEqual([problems, warnings], [[], []]);
  const nothing = { to: undefined, file: undefined, region: undefined, output: undefined };
  assert.deepEqual(config.syncs, [
    { ...nothing, from: "dev" },
    { from: "my prof", to: "old", file: "/home/u/other/credentials", region: "eu-west-1", output: "json" },
    { ...nothing, from: "team-*", to: "*.old" },
  ]);
});

const FLAWED: readonly (readonly [text: string, line: number, words: RegExp, used: readonly string[]])[] = [
  ["[sync team-*]\nregion = eu-west-1\nto = old", 3, /"to" of \[sync team-\*\]: "old" would be the name of every/, []],
  ["[sync a]\nto = x\n[sync b]\nto = x", 4, /"to" of \[sync b\]: \[sync a\] writes the same profile/, ["a"]],
  ["[sync a]\n[sync b]\nto = a-legacy-sso", 3, /\[sync a\] writes the same profile/, ["a"]],
  ["[sync a]\nfile = credentials\n[sync b]", 2, /"file" of \[sync a\]: "credentials" is not an absolute path/, ["b"]],
  ["[sync a]\nregion = EU West", 2, /"region" of \[sync a\]: "EU West" is no region/, []],
  ["[sync a]\noutput = xml", 2, /"output" of \[sync a\]: "xml" is not one of its values/, []],
  ["[sync a]\nto old\n[sync b]", 2, /this line has no =/, ["b"]],
  ["[sync]\nto = x", 1, /\[sync\] has no name/, []],
  ["[sync a]\nto = x\n[sync a]\nto = y", 3, /\[sync a\] is there twice/, ["a"]],
];

for (const [text, line, words, used] of FLAWED) {
  Deno.test(`readConfig() names what is wrong in ${JSON.stringify(text)}, and does not use it`, () => {
    const { config, problems } = readConfig(text, ORIGIN);
    assert.deepEqual(problems.map((problem) => problem.line), [line]);
    assert.match(problems[0].message, words);
    assert.notEqual(problems[0].hint, "");
    assert.deepEqual(config.syncs.map(({ from }) => from), used);
  });
}

Deno.test("readConfig() takes the same profile in two files for two", () => {
  const { config, problems } = readConfig("[sync a]\nto = x\n[sync b]\nto = x\nfile = ~/b", ORIGIN);
  assert.deepEqual([problems, config.syncs.length], [[], 2]);
});
