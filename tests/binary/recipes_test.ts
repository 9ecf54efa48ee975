// The recipes for shells, scripts and CI runners, run line by line as docs/recipes.md has them.
import assert from "node:assert/strict";
import { append, block, blocks, installPrograms, type Reader, runLines } from "./support/recipes.ts";
import { needs } from "./support/requirement.ts";
import { keysIn } from "./support/roles.ts";
import { makeScene, said, type Scene } from "./support/scene.ts";

/** Every block of the page, with what tries it; whoever adds one adds a test. */
const TRIED: Readonly<Record<string, readonly string[]>> = {
  "recipes_clients_test.ts": [
    "By `credential_process`: ini sh sh",
    "Old clients: a synced profile: sh ini",
    "Coding agents on Amazon Bedrock: json json",
  ],
  "recipes_test.ts": [
    "Roles behind the role of SSO: ini",
    "One program: sh",
    "A shell: sh fish",
    "A script that reacts: sh",
    "GitHub: sh",
    "GitLab and others: yaml",
  ],
  "recipes_container_test.ts": ["Containers: ini sh sh"],
};

Deno.test("every block of docs/recipes.md is run by a test", () => {
  const languages = new Map<string, string[]>();
  for (const { heading, language } of blocks()) {
    languages.set(heading, [...languages.get(heading) ?? [], language]);
  }
  const found = [...languages].map(([heading, all]) => `${heading}: ${all.join(" ")}`);
  assert.deepEqual(found.sort(), Object.values(TRIED).flat().sort());
});

interface Story extends Scene {
  readonly reader: Reader;
  /** The three values that `export` gives, which are kept by then. */
  keys(): Promise<string[]>;
}

async function story(scripts: Readonly<Record<string, string>> = {}): Promise<Story> {
  const scene = await makeScene({ session: { accessTokenLeftS: 3600 } });
  const { home } = scene;
  const reader: Reader = { home: home.path, env: { ...home.env, AWS_EC2_METADATA_DISABLED: "true" } };
  return {
    ...scene,
    reader: { ...reader, env: installPrograms(reader, scripts) },
    keys: async () => keysIn((await home.run(["export", "--profile", "dev"])).out),
  };
}

/** Prints the three values, a line each. */
const SHOW = 'printf "%s\\n" "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" "$AWS_SESSION_TOKEN"\n';

const SHELLS: readonly (readonly [program: string, language: string, options: readonly string[]])[] = [
  ["sh", "sh", ["-c"]],
  ["bash", "sh", ["--norc", "-c"]],
  ["zsh", "sh", ["-f", "-c"]],
  ["fish", "fish", ["--no-config", "-c"]],
];

for (const [program, language, options] of SHELLS) {
  Deno.test({
    name: `recipe "A shell" gives ${program} the credentials`,
    ...needs(`the recipe for ${program}`, program),
    fn: async () => {
      await using it = await story();
      const ended = await runLines(it.reader, block("A shell", language) + SHOW, [`/usr/bin/${program}`, ...options]);
      assert.equal(ended.out, `${(await it.keys()).join("\n")}\n`, said(ended));
    },
  });
}

Deno.test('recipe "One program" runs it with the credentials', async () => {
  await using it = await story({ terraform: `#!/bin/sh\n${SHOW}echo "$1"` });
  const ended = await runLines(it.reader, block("One program", "sh"));
  assert.equal(ended.out, `${(await it.keys()).join("\n")}\nplan\n`, said(ended));
});

Deno.test('recipe "Roles behind the role of SSO" assumes the role', async () => {
  await using it = await story();
  append(it.home.file(".aws/config"), block("Roles behind the role of SSO", "ini"));
  const ended = await it.home.run(["export", "--profile", "deploy"]);
  assert.equal(ended.code, 0, said(ended));
  const assumed = it.aws.requests.filter(({ operation }) => operation === "AssumeRole");
  assert.deepEqual(assumed.map(({ status, summary }) => [status, summary.split(" ").slice(-2)]), [
    [200, ["RoleArn=arn:aws:iam::111111111111:role/Deploy", "RoleSessionName=ci"]],
  ]);
});

const REACTIONS: readonly (readonly [what: string, prepare: (it: Story) => unknown, out: string])[] = [
  ["nothing, when all is well", () => {}, ""],
  [
    "that somebody has to sign in",
    (it) => it.aws.endSession(undefined, { accessTokens: true }),
    "somebody has to sign in\n",
  ],
  ["that AWS cannot be reached", (it) => it.aws.close(), "AWS cannot be reached for now\n"],
  [
    "that it is broken",
    (it) => it.aws.fail("GetRoleCredentials", "ForbiddenException", 9),
    "broken, or refused by AWS\n",
  ],
];

for (const [what, prepare, out] of REACTIONS) {
  Deno.test(`recipe "A script that reacts" says ${what}`, async () => {
    await using it = await story();
    await prepare(it);
    const ended = await runLines(it.reader, block("A script that reacts", "sh"));
    assert.equal(ended.out, out, said(ended));
  });
}

Deno.test('recipe "GitHub" hands the credentials to the next step, and the masks to the runner', async () => {
  await using it = await story();
  const file = it.home.file("github_env");
  const env = { ...it.reader.env, GITHUB_ENV: file, AWS_PROFILE: "dev" };
  const step = ["/bin/bash", "-e", "-c"];
  const ended = await runLines({ ...it.reader, env }, block("GitHub", "sh"), step);
  assert.deepEqual([ended.code, ended.out], [0, ""], said(ended));
  const keys = await it.keys();
  assert.deepEqual(ended.err.trim().split("\n"), keys.map((key) => `::add-mask::${key}`));
  // The runner reads the file line by line, and sets what is there for the steps that follow.
  const lines = Deno.readTextFileSync(file).trim().split("\n").map((line) => line.split(/=(.*)/s).slice(0, 2));
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION } = Object.fromEntries(lines);
  assert.deepEqual([AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN], keys);
  assert.equal(AWS_REGION, "eu-west-1");

  it.aws.endSession(undefined, { accessTokens: true });
  await Deno.remove(it.home.file(".aws/cli"), { recursive: true });
  const failed = await runLines({ ...it.reader, env }, block("GitHub", "sh"), step);
  assert.equal(failed.code, 4, said(failed));
});

/** The `script` of the only job, one string a line, without comments: all that a runner needs of YAML here. */
function scriptOf(yaml: string): string {
  return [...yaml.matchAll(/^ {4}- (.*?)(?: #.*)?$/gm)].map(([, line]) => `${line}\n`).join("");
}

Deno.test('recipe "GitLab and others" gives the lines that follow the credentials, or ends the job', async () => {
  await using it = await story({ aws: `#!/bin/sh\n${SHOW}` });
  // As the runner for shells starts the script of a job.
  const runner = ["/bin/bash", "-eo", "pipefail", "-c"];
  const script = scriptOf(block("GitLab and others", "yaml"));
  assert.equal(script.split("\n").length, 4, script);
  const ended = await runLines(it.reader, script, runner);
  assert.equal(ended.out, `${(await it.keys()).join("\n")}\n`, said(ended));

  it.aws.endSession(undefined, { accessTokens: true });
  await Deno.remove(it.home.file(".aws/cli"), { recursive: true });
  const failed = await runLines(it.reader, script, runner);
  assert.deepEqual([failed.code, failed.out], [4, ""], said(failed));
  assert.match(failed.err, /→ run: sso-heal login --session corp/);
});
