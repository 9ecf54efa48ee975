// Proves the copy of the figures for a collector.
import assert from "node:assert/strict";
import { withTemporaryHome } from "../../tests/support/temporary_home.ts";
import { UserError } from "../domain/problem.ts";
import { publishMetrics } from "./metrics_file.ts";

Deno.test("publishMetrics() replaces the file at once, for everybody to read", async () => {
  await withTemporaryHome(async (home) => {
    const path = `${home}/sso-heal.prom`;
    await publishMetrics(path, "a 1\n");
    await publishMetrics(path, "b 2\n");
    assert.equal(Deno.readTextFileSync(path), "b 2\n");
    assert.equal((Deno.statSync(path).mode ?? 0) & 0o777, 0o644);
    assert.deepEqual([...Deno.readDirSync(home)].map(({ name }) => name), ["sso-heal.prom"]);
  });
});

Deno.test("publishMetrics() names a folder that is not there, and leaves nothing behind", async () => {
  await withTemporaryHome(async (home) => {
    await assert.rejects(publishMetrics(`${home}/none/x.prom`, "a 1\n"), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /none\/x\.prom/);
      return true;
    });
    assert.deepEqual([...Deno.readDirSync(home)], []);
  });
});
