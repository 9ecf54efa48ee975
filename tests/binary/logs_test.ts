// Proves `logs` from outside: over a rotation, for people and for programs, and until nobody reads it any more.
import assert from "node:assert/strict";
import { makeHome } from "./support/home.ts";
import { said } from "./support/scene.ts";
import { until } from "./support/until.ts";

const LOG = ".local/state/sso-heal/log/sso-heal.log";

function line(number: number): string {
  const at = new Date(Date.UTC(2026, 10, 20, 10, 0, number)).toISOString();
  return `${JSON.stringify({ at, level: "info", pid: 7, message: `line ${number}`, number })}\n`;
}

function lines(from: number, to: number): string {
  return Array.from({ length: to - from + 1 }, (_, index) => line(from + index)).join("");
}

Deno.test("logs shows the last 50 lines over the rotation, and as many as are asked for", async () => {
  await using home = await makeHome({ config: null });
  home.write(`${LOG}.1`, lines(1, 40));
  home.write(LOG, lines(41, 60));
  const plain = await home.run(["logs"]);
  assert.equal(plain.code, 0, said(plain));
  const shown = plain.out.trimEnd().split("\n");
  assert.equal(shown.length, 50);
  assert.match(shown[0], /^2026-11-\d\d \d\d:\d\d:11 {2}info {5}line 11 {2}number=11$/);
  const json = await home.run(["logs", "-n", "30", "--json"]);
  assert.equal(json.out, lines(31, 60));
});

Deno.test("logs has kind words where nothing is logged yet", async () => {
  await using home = await makeHome({ config: null });
  const run = await home.run(["logs", "--json"]);
  assert.deepEqual(run, { code: 0, out: "", err: "Nothing is logged yet. See: sso-heal check\n" });
  const wrong = await home.run(["logs", "-n", "many"]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /is a number of lines, not "many"/);
});

Deno.test("logs --follow shows what real checks write, over a rotation, and ends with 0 by Ctrl-C", async () => {
  await using home = await makeHome({ config: null });
  home.write(LOG, line(1));
  const child = home.start(["logs", "--follow", "--json", "--lines=1"]);
  let out = "";
  const reading = (async () => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) out += text;
  })();
  const err = new Response(child.stderr).text();
  assert.ok(await until(() => out === line(1), [child.status]));
  await home.run(["check"]);
  assert.ok(await until(() => out.split('"check: healthy"').length === 2, [child.status]));
  Deno.renameSync(home.file(LOG), home.file(`${LOG}.1`));
  await home.run(["check"]);
  assert.ok(await until(() => out.split('"check: healthy"').length === 3, [child.status]));
  child.kill("SIGINT");
  const { code } = await child.status;
  await Promise.all([reading, child.stdin.close().catch(() => {})]);
  assert.deepEqual([code, await err], [0, ""]);
});

Deno.test("logs --follow ends when nobody reads it any more", async () => {
  await using home = await makeHome({ config: null });
  home.write(LOG, line(1));
  const child = home.start(["logs", "--follow"]);
  const reader = child.stdout.getReader();
  assert.equal((await reader.read()).done, false);
  await reader.cancel();
  const ended = Promise.all([child.status, new Response(child.stderr).text()]);
  // It notices with the next line.
  home.write(LOG, line(1) + line(2));
  const [{ signal }, err] = await ended;
  await child.stdin.close().catch(() => {});
  assert.deepEqual([signal, err], [null, ""]);
});
