// Proves that a half-written cache file is waited for, and that a damaged one is judged without telling its content.
import assert from "node:assert/strict";
import { Damage, type JsonObject, optionalText, optionalTime, readCacheFile, requiredText } from "./cache_file.ts";

async function withFile(use: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(`${folder}/file.json`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A clock of its own: each sleep runs the next step of the story. */
function sleeper(...steps: (() => void)[]) {
  const slept: number[] = [];
  const sleep = (ms: number) => {
    steps[slept.length]?.();
    slept.push(ms);
    return Promise.resolve();
  };
  return { slept, sleep };
}

const nameOf = (object: JsonObject) => requiredText(object, "name");

Deno.test("readCacheFile() reads at once what makes sense", async () => {
  await withFile(async (path) => {
    await Deno.writeTextFile(path, '\ufeff{"name": "x"}\n');
    const { slept, sleep } = sleeper();
    assert.equal(await readCacheFile(path, nameOf, { sleep }), "x");
    assert.deepEqual(slept, []);
  });
});

Deno.test("readCacheFile() says undefined for a missing file without waiting", async () => {
  await withFile(async (path) => {
    const { slept, sleep } = sleeper();
    assert.equal(await readCacheFile(path, nameOf, { sleep }), undefined);
    assert.deepEqual(slept, []);
  });
});

Deno.test("readCacheFile() waits for a file that is being written", async () => {
  await withFile(async (path) => {
    Deno.writeTextFileSync(path, "");
    const { slept, sleep } = sleeper(
      () => Deno.writeTextFileSync(path, '{"name"'),
      () => Deno.writeTextFileSync(path, '{"name": "x"}'),
    );
    assert.equal(await readCacheFile(path, nameOf, { sleep }), "x");
    assert.equal(slept.length, 2);
  });
});

Deno.test("readCacheFile() sees a file vanish while it waits", async () => {
  await withFile(async (path) => {
    Deno.writeTextFileSync(path, "{");
    const { sleep } = sleeper(() => Deno.removeSync(path));
    assert.equal(await readCacheFile(path, nameOf, { sleep }), undefined);
  });
});

Deno.test("readCacheFile() judges after at least 300 ms and leaves the file alone", async () => {
  await withFile(async (path) => {
    await Deno.writeTextFile(path, '{"name": ');
    const { slept, sleep } = sleeper();
    const found = await readCacheFile(path, nameOf, { sleep });
    assert.ok(found instanceof Damage);
    assert.equal(found.code, "NotJson");
    assert.ok(slept.reduce((sum, ms) => sum + ms, 0) >= 300);
    assert.equal(await Deno.readTextFile(path), '{"name": ');
  });
});

Deno.test("readCacheFile() does not wait for a folder to become a file", async () => {
  await withFile(async (path) => {
    await Deno.mkdir(path);
    const { slept, sleep } = sleeper();
    const found = await readCacheFile(path, nameOf, { sleep });
    assert.ok(found instanceof Damage);
    assert.deepEqual([found.code, found.why, slept], ["Unreadable", "it is a folder", []]);
    assert.match(found.hint ?? "", /^move the folder/);
  });
});

Deno.test("readCacheFile() passes other errors on", async () => {
  await withFile(async (path) => {
    await Deno.writeTextFile(path, "{}");
    const fail = () => {
      throw new RangeError("bug");
    };
    await assert.rejects(readCacheFile(path, fail, sleeper()), RangeError);
  });
});

Deno.test("optionalText() and optionalTime() take null and empty texts for absent", () => {
  for (const value of [undefined, null, ""]) {
    assert.equal(optionalText({ key: value }, "key"), undefined);
    assert.equal(optionalTime({ key: value }, "key"), undefined);
  }
  assert.equal(optionalText({ key: "x" }, "key"), "x");
  assert.equal(optionalTime({ key: "1970-01-01T00:00:01Z" }, "key"), 1000);
  assert.throws(() => optionalText({ key: 1 }, "key"), Damage);
  assert.throws(() => optionalTime({ key: "soon" }, "key"), Damage);
});
