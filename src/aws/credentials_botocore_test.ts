// Proves by botocore itself that the AWS CLI and boto3 read what was written into the credentials file.
import assert from "node:assert/strict";
import fc from "fast-check";
import { CLIENTS, clientTest } from "../../tests/binary/clients/clients.ts";
import { editOne } from "../../tests/credentials/edit_one.ts";
import { EDITED, FILE, KEYS } from "../../tests/credentials/nasty.ts";
import { OURS } from "./credentials_keys.ts";

const BOTO3 = CLIENTS.find(({ name }) => name === "boto3")!;
const SCRIPT = new URL("../../tests/credentials/read.py", import.meta.url).pathname;

interface Answer {
  readonly refused: boolean;
  readonly sections: Record<string, Record<string, unknown>>;
  readonly keys: string[] | null;
}

/** What botocore reads in files of these texts, for the profile x. */
async function readByBotocore(texts: readonly string[]): Promise<Answer[]> {
  const dir = await Deno.makeTempDir();
  try {
    const asked = texts.map((text, index) => {
      Deno.writeTextFileSync(`${dir}/${index}`, text);
      return [`${dir}/${index}`, "x"];
    });
    Deno.writeTextFileSync(`${dir}/asked`, JSON.stringify(asked));
    const command = new Deno.Command(BOTO3.program, {
      args: [SCRIPT, `${dir}/asked`],
      env: { LC_ALL: "C.UTF-8" },
      stderr: "inherit",
    });
    return JSON.parse(new TextDecoder().decode((await command.output()).stdout));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

clientTest(BOTO3, "botocore reads the keys that editCredentials() wrote, and everything else as before", async () => {
  const generated = fc.sample(FILE, { numRuns: 600, seed: 4711 });
  const cases = [...EDITED.map(([, before]) => before), ...generated].flatMap((before) => {
    const edited = editOne(before, "x", KEYS, { force: true });
    return edited.kind === "edited" ? [{ before, after: edited.text }] : [];
  });
  const [was, is] = [
    await readByBotocore(cases.map(({ before }) => before)),
    await readByBotocore(cases.map(({ after }) => after)),
  ];
  let read = 0;
  for (const [index, { before, after }] of cases.entries()) {
    const what = JSON.stringify([before, after]);
    if (is[index].refused) {
      assert.ok(was[index].refused, what);
      continue;
    }
    read++;
    assert.deepEqual(
      is[index].keys,
      [KEYS.aws_access_key_id, KEYS.aws_secret_access_key, KEYS.aws_session_token],
      what,
    );
    if (was[index].refused) continue;
    const { x: own = {}, ...others } = was[index].sections;
    const foreign = Object.entries(own).filter(([key]) => !OURS.has(key) || key === "region");
    assert.deepEqual(is[index].sections, { ...others, x: { ...Object.fromEntries(foreign), ...KEYS } }, what);
  }
  assert.ok(read > 100, `only ${read} files were read`);
});
