// Tests of rotation: by size and by age, at no cost for most lines.
import assert from "node:assert/strict";
import { withTemporaryHome } from "../../tests/support/temporary_home.ts";
import { emptyIfLarge, isDue, logFiles, rotate } from "./rotation.ts";

const DAY = 86_400_000;

/** Runs `body` with files of these texts at the names `log`, `log.1` …, last written so many days ago. */
async function withFiles(
  files: Readonly<Record<string, readonly [text: string, daysAgo: number]>>,
  body: (path: string, now: number, texts: () => Record<string, string>) => void,
): Promise<void> {
  await withTemporaryHome((home) => {
    const now = Date.now();
    for (const [name, [text, daysAgo]] of Object.entries(files)) {
      Deno.writeTextFileSync(`${home}/${name}`, text);
      Deno.utimeSync(`${home}/${name}`, (now - daysAgo * DAY) / 1000, (now - daysAgo * DAY) / 1000);
    }
    body(`${home}/log`, now, () => {
      const names = [...Deno.readDirSync(home)].map(({ name }) => name).sort();
      return Object.fromEntries(names.map((name) => [name, Deno.readTextFileSync(`${home}/${name}`).slice(0, 5)]));
    });
  });
}

Deno.test("isDue() answers by the size, and once a day", async () => {
  await withFiles({ log: ["x".repeat(999_000), 0] }, (path) => {
    const info = Deno.statSync(path);
    const written = info.mtime?.getTime() ?? 0;
    assert.equal(isDue(info, 1000, written), false);
    assert.equal(isDue(info, 1001, written), true);
    const midnight = Math.floor(written / DAY) * DAY + DAY;
    assert.equal(isDue(info, 1, midnight - 1), false);
    assert.equal(isDue(info, 1, midnight), true);
  });
});

Deno.test("rotate() keeps two former files at most", async () => {
  const full = "x".repeat(1_000_000);
  await withFiles({ log: [`now ${full}`, 0], "log.1": ["one", 1], "log.2": ["two", 2] }, (path, now, texts) => {
    rotate(path, 1, now);
    assert.deepEqual(texts(), { "log.1": "now x", "log.2": "one" });
  });
});

Deno.test("rotate() drops former files to which nothing was added for 14 days", async () => {
  await withFiles({ log: ["now", 0], "log.1": ["one", 13], "log.2": ["two", 15] }, (path, now, texts) => {
    rotate(path, 1, now);
    assert.deepEqual(texts(), { log: "now", "log.1": "one" });
    rotate(path, 1, now + 2 * DAY);
    assert.deepEqual(texts(), { log: "now" });
  });
});

Deno.test("rotate() begins a new file after 14 days, however small the old one is", async () => {
  await withFiles({ log: ["now", 0] }, (path, now, texts) => {
    rotate(path, 1, now + 13 * DAY);
    assert.deepEqual(texts(), { log: "now" });
    Deno.utimeSync(path, now / 1000 + 14 * DAY / 1000, now / 1000 + 14 * DAY / 1000);
    rotate(path, 1, now + 15 * DAY);
    assert.deepEqual(texts(), { "log.1": "now" });
  });
});

Deno.test("emptyIfLarge() empties a file of more than 1 MB in its place, and needs none", async () => {
  await withFiles({ log: ["x".repeat(1_000_000), 0] }, (path, _, texts) => {
    emptyIfLarge(path);
    assert.deepEqual(texts(), { log: "xxxxx" });
    Deno.writeTextFileSync(path, "x", { append: true });
    const { ino } = Deno.statSync(path);
    emptyIfLarge(path);
    assert.deepEqual([texts(), Deno.statSync(path).ino], [{ log: "" }, ino]);
    emptyIfLarge(`${path}.missing`);
    assert.deepEqual(texts(), { log: "" });
  });
});

Deno.test("logFiles() begins with the oldest", () => {
  assert.deepEqual(logFiles("/log"), ["/log.2", "/log.1", "/log"]);
});
