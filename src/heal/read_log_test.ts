// Tests of reading the log: over its rotation, while it grows, and when it is not there.
import assert from "node:assert/strict";
import { withTemporaryHome } from "../../tests/support/temporary_home.ts";
import { followLog, lastLines } from "./read_log.ts";

Deno.test("lastLines() goes back over the rotation as far as it takes", async () => {
  await withTemporaryHome(async (home) => {
    const path = `${home}/log`;
    assert.equal(await lastLines(path, 3), undefined);
    Deno.writeTextFileSync(`${path}.2`, "1\n2\n");
    assert.deepEqual(await lastLines(path, 3), ["1", "2"]);
    Deno.writeTextFileSync(`${path}.1`, "3\n4\n");
    Deno.writeTextFileSync(path, "5\n6\n");
    const rows: [count: number, lines: string[]][] = [
      [0, []],
      [1, ["6"]],
      [2, ["5", "6"]],
      [3, ["4", "5", "6"]],
      [5, ["2", "3", "4", "5", "6"]],
      [9, ["1", "2", "3", "4", "5", "6"]],
    ];
    for (const [count, lines] of rows) assert.deepEqual(await lastLines(path, count), lines);
  });
});

Deno.test("lastLines() shows a line that the machine had no time to end", async () => {
  await withTemporaryHome(async (home) => {
    Deno.writeTextFileSync(`${home}/log`, "1\n\n2");
    assert.deepEqual(await lastLines(`${home}/log`, 9), ["1", "2"]);
  });
});

/** Follows a log in which the n-th pause does `then[n - 1]`; answers all that was shown. */
async function followed(
  count: number,
  prepare: (path: string) => void,
  ...then: readonly ((path: string) => void)[]
): Promise<(readonly string[] | undefined)[]> {
  const shown: (readonly string[] | undefined)[] = [];
  await withTemporaryHome(async (home) => {
    const path = `${home}/log`;
    prepare(path);
    const stop = new AbortController();
    const steps = [...then];
    const sleep = () => {
      const step = steps.shift();
      if (step === undefined) stop.abort();
      else step(path);
      return Promise.resolve();
    };
    await followLog(path, count, { sleep }, stop.signal, (lines) => void shown.push(lines));
  });
  return shown.filter((lines) => lines === undefined || lines.length > 0);
}

function add(text: string): (path: string) => void {
  return (path) => Deno.writeTextFileSync(path, text, { append: true });
}

Deno.test("followLog() begins with the last lines and goes on with each new one, once", async () => {
  const shown = await followed(2, add("1\n2\n3\n"), add("4\n"), () => {}, add("5\n6\n"));
  assert.deepEqual(shown, [["2", "3"], ["4"], ["5", "6"]]);
});

Deno.test("followLog() waits for the end of a line, wherever its bytes are cut", async () => {
  const key = new TextEncoder().encode("é\n");
  const addBytes = (bytes: Uint8Array) => (path: string) => Deno.writeFileSync(path, bytes, { append: true });
  const shown = await followed(9, add("1\n2"), add("2\n"), addBytes(key.subarray(0, 1)), addBytes(key.subarray(1)));
  assert.deepEqual(shown, [["1"], ["22"], ["é"]]);
});

Deno.test("followLog() goes on over a rotation without losing a line", async () => {
  const rotate = (path: string) => {
    add("last of the old\n")(path);
    Deno.renameSync(path, `${path}.1`);
    add("first of the new\n")(path);
  };
  const shown = await followed(9, add("1\n"), rotate, add("2\n"));
  assert.deepEqual(shown.flat(), ["1", "last of the old", "first of the new", "2"]);
});

Deno.test("followLog() waits for a log that is not there, and for one that is removed or begun anew", async () => {
  const shown = await followed(9, () => {}, () => {}, add("1\n"), Deno.removeSync, add("2\n3\n"), (path) => {
    Deno.writeTextFileSync(path, "4\n");
  });
  assert.deepEqual(shown, [undefined, ["1"], ["2", "3"], ["4"]]);
});

Deno.test("followLog() reads long lines whole", async () => {
  const long = "x".repeat(200_000);
  assert.deepEqual(await followed(9, add("1\n"), add(`${long}\n${long}\n`)), [["1"], [long, long]]);
});
