// Tests of the probe that tells whether the system confines a job.
import assert from "node:assert/strict";
import { withTemporaryHome } from "../../tests/support/temporary_home.ts";
import { isConfined } from "./is_confined.ts";
import { PROBE } from "./is_confined.ts";

Deno.test("isConfined() is false in a home where anybody may write, and leaves nothing there", async () => {
  await withTemporaryHome((home) => {
    assert.equal(isConfined(home), false);
    assert.deepEqual([...Deno.readDirSync(home)], []);
  });
});

Deno.test("isConfined() is true where no file can be made", async () => {
  await withTemporaryHome((home) => assert.equal(isConfined(`${home}/missing`), true));
});

Deno.test("isConfined() takes the probe of a run that was killed away", async () => {
  await withTemporaryHome((home) => {
    Deno.writeTextFileSync(`${home}/${PROBE}`, "");
    assert.equal(isConfined(home), false);
    assert.deepEqual([...Deno.readDirSync(home)], []);
  });
});

Deno.test("isConfined() gives many runs at once the same answer", async () => {
  await withTemporaryHome(async (home) => {
    const probe = new URL("./is_confined.ts", import.meta.url).href;
    const code =
      `import { isConfined } from "${probe}"; for (let n = 0; n < 2000; n++) if (isConfined("${home}")) Deno.exit(3);`;
    const script = `${home}/probe.ts`;
    Deno.writeTextFileSync(script, code);
    const runs = Array.from(
      { length: 4 },
      () => new Deno.Command(Deno.execPath(), { args: ["run", "-A", "--no-lock", script], stderr: "piped" }).output(),
    );
    const ended = await Promise.all(runs);
    assert.deepEqual(ended.map(({ code, stderr }) => [code, new TextDecoder().decode(stderr)]), Array(4).fill([0, ""]));
  });
});
