// Proves by the reader of the SDK for JavaScript that it finds what was written into the credentials file, and nothing
// of others in another place than before.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import fc from "fast-check";
import { editOne } from "../../tests/credentials/edit_one.ts";
import { EDITED, FILE, KEYS } from "../../tests/credentials/nasty.ts";

type Sections = Record<string, Record<string, string> | undefined>;
interface Reader {
  loadSharedConfigFiles(init: object): Promise<{ credentialsFile: Sections }>;
}

// The reader is no package that we name: the clients bring it.
const client = Deno.realPathSync(new URL("../../node_modules/@aws-sdk/client-sso/package.json", import.meta.url));
const reader: Reader = createRequire(client)("@smithy/core/config");

Deno.test("the SDK for JavaScript reads the keys that editCredentials() wrote, and everything else as before", async () => {
  const path = await Deno.makeTempFile();
  const read = async (text: string) => {
    Deno.writeTextFileSync(path, text);
    const files = { filepath: path, configFilepath: "/dev/null", ignoreCache: true };
    const { x, ...others } = (await reader.loadSharedConfigFiles(files)).credentialsFile;
    return { x, others };
  };
  let count = 0;
  try {
    for (const before of [...EDITED.map(([, before]) => before), ...fc.sample(FILE, { numRuns: 3000, seed: 4712 })]) {
      const edited = editOne(before, "x", KEYS, { force: true });
      if (edited.kind === "refused") continue;
      const what = JSON.stringify([before, edited.text]);
      const [was, is] = [await read(before), await read(edited.text)];
      assert.deepEqual({ ...is.x, ...KEYS }, is.x, what);
      assert.deepEqual([is.x?.aws_account_id, is.x?.aws_security_token], [undefined, undefined], what);
      assert.deepEqual(is.others, was.others, what);
      count++;
    }
  } finally {
    await Deno.remove(path);
  }
  assert.ok(count > 300, `only ${count} files were read`);
});
