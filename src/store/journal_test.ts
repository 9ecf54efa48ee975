// Proves what a check leaves behind, and that the history stays small without losing its newest lines.
import assert from "node:assert/strict";
import { lineReader, startScript } from "../../tests/support/second_process.ts";
import { modeOf, withTemporaryHome } from "../../tests/support/temporary_home.ts";
import { appendHistory, readHeartbeat, writeHeartbeat, writeMetrics } from "./journal.ts";
import { statePaths } from "./paths.ts";

const BEAT = { at: 1_795_168_800_000, outcome: "healthy", exitCode: 0, pid: 42, version: "0.1.0" } as const;
const namesIn = (dir: string) => [...Deno.readDirSync(dir)].map((entry) => entry.name).sort();

Deno.test("writeHeartbeat() replaces the heartbeat and readHeartbeat() gives it back", async () => {
  await withTemporaryHome((home) => {
    assert.equal(readHeartbeat(home), undefined);
    writeHeartbeat(home, { ...BEAT, outcome: "temporary-failure", exitCode: 75 });
    writeHeartbeat(home, BEAT);
    const { heartbeat, dir } = statePaths(home);
    const text = '{"at":"2026-11-20T10:00:00Z","outcome":"healthy","exitCode":0,"pid":42,"version":"0.1.0"}\n';
    assert.equal(Deno.readTextFileSync(heartbeat).replace(/ +\n$/, "\n"), text);
    assert.deepEqual(readHeartbeat(home), BEAT);
    assert.equal(modeOf(heartbeat), "0600");
    assert.equal(modeOf(dir), "0700");
    assert.deepEqual(namesIn(dir), ["heartbeat"]);
  });
});

Deno.test("writeHeartbeat() leaves nothing of a longer one before it, whatever its reason was", async () => {
  await withTemporaryHome((home) => {
    for (const reason of ['sync of a: Cannot write "é\\n"', `"${"\\".repeat(600)}"`, "ü".repeat(600)]) {
      const at = 1_795_168_800_123;
      const long = { ...BEAT, outcome: "waiting-for-approval", at, scheduledAt: at, sandbox: true, pid: 4_194_304 };
      writeHeartbeat(home, { ...long, reason });
      assert.equal(Deno.statSync(statePaths(home).heartbeat).size, 512);
      assert.equal(readHeartbeat(home)?.reason?.slice(0, 1), reason.startsWith("ü") ? "?" : reason.slice(0, 1));
      writeHeartbeat(home, BEAT);
      assert.deepEqual(readHeartbeat(home), BEAT);
    }
  });
});

Deno.test("readHeartbeat() takes a damaged heartbeat for none", async () => {
  await withTemporaryHome((home) => {
    writeHeartbeat(home, BEAT);
    const rows = ["", "{", "null", "[]", "{}", '{"at":5}', '{"at":"soon"}', '{"at":"2026-11-20T10:00:00Z"}'];
    for (const content of rows) {
      Deno.writeTextFileSync(statePaths(home).heartbeat, content);
      assert.equal(readHeartbeat(home), undefined, content);
    }
  });
});

Deno.test("appendHistory() adds one line each", async () => {
  await withTemporaryHome((home) => {
    appendHistory(home, { at: "2026-11-20T10:00:00Z", outcome: "healthy" });
    appendHistory(home, { text: "two\nlines" });
    const { history } = statePaths(home);
    assert.equal(
      Deno.readTextFileSync(history),
      '{"at":"2026-11-20T10:00:00Z","outcome":"healthy"}\n{"text":"two\\nlines"}\n',
    );
    assert.equal(modeOf(history), "0600");
  });
});

Deno.test("appendHistory() drops the older half above 1 MB and keeps whole lines", async () => {
  await withTemporaryHome((home) => {
    const { history, dir } = statePaths(home);
    Deno.mkdirSync(dir, { recursive: true });
    const lines = Array.from({ length: 10_500 }, (_, n) => JSON.stringify({ n, pad: "é".repeat(40) }));
    Deno.writeTextFileSync(history, lines.join("\n") + "\n");
    appendHistory(home, { n: "last" });
    const kept = Deno.readTextFileSync(history).trimEnd().split("\n").map((line) => JSON.parse(line).n);
    assert.ok(Deno.statSync(history).size < 600_000);
    assert.ok(kept.length > 4_000);
    assert.deepEqual(kept, [...Array.from({ length: kept.length - 1 }, (_, at) => 10_501 - kept.length + at), "last"]);
    assert.equal(modeOf(history), "0600");
    assert.deepEqual(namesIn(dir), ["history.jsonl"]);
  });
});

Deno.test("appendHistory() keeps the lines of two processes apart", async () => {
  await withTemporaryHome(async (home) => {
    const source = `
      import { appendHistory } from "ROOT/src/store/journal.ts";
      for (let n = 0; n < 200; n++) appendHistory(Deno.cwd(), { pid: Deno.pid, n, pad: "x".repeat(n) });
      console.log("done");`;
    const grants = ["--allow-read=.local/state/sso-heal", "--allow-write=.local/state/sso-heal"];
    const processes = [startScript(source, home, grants), startScript(source, home, grants)];
    for (const process of processes) assert.equal(await lineReader(process)(), "done");
    for (const process of processes) assert.equal((await process.status).code, 0);
    const lines = Deno.readTextFileSync(statePaths(home).history).trimEnd().split("\n").map((line) => JSON.parse(line));
    for (const { pid } of processes) {
      assert.deepEqual(lines.filter((line) => line.pid === pid).map((line) => line.n), [...Array(200).keys()]);
    }
  });
});

Deno.test("writeMetrics() fills the file up with empty lines, so that it is written over and keeps its length", async () => {
  await withTemporaryHome((home) => {
    writeMetrics(home, "a_long_metric 1\nb 2\n");
    writeMetrics(home, "a 1\n");
    assert.equal(Deno.readTextFileSync(statePaths(home).metrics), "a 1\n" + "\n".repeat(508));
    const { ino } = Deno.statSync(statePaths(home).metrics);
    writeMetrics(home, "ä 2\n");
    assert.equal(Deno.readTextFileSync(statePaths(home).metrics), "ä 2\n" + "\n".repeat(507));
    assert.equal(Deno.statSync(statePaths(home).metrics).ino, ino);
    writeMetrics(home, "x".repeat(600));
    writeMetrics(home, "b 3\n");
    assert.equal(Deno.readTextFileSync(statePaths(home).metrics), "b 3\n" + "\n".repeat(508));
    assert.deepEqual(namesIn(statePaths(home).dir), ["metrics.prom"]);
  });
});

Deno.test("the journal names the file that cannot be written and leaves no temporary file", async () => {
  await withTemporaryHome((home) => {
    const { dir, heartbeat, history, metrics } = statePaths(home);
    for (const path of [heartbeat, history, metrics]) Deno.mkdirSync(`${path}/in-the-way`, { recursive: true });
    const rows: [path: string, write: () => void][] = [
      [heartbeat, () => writeHeartbeat(home, BEAT)],
      [history, () => appendHistory(home, {})],
      [metrics, () => writeMetrics(home, "")],
    ];
    for (const [path, write] of rows) {
      assert.throws(write, Deno.errors.IsADirectory, path);
    }
    assert.deepEqual(namesIn(dir), ["heartbeat", "history.jsonl", "metrics.prom"]);
  });
});
