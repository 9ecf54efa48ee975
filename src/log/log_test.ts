// Proves where lines go, that the file rotates and is touched late, and that a log never stops a run.
import assert from "node:assert/strict";
import { startScript } from "../../tests/support/second_process.ts";
import { modeOf, withTemporaryHome } from "../../tests/support/temporary_home.ts";
import { Secret } from "../domain/secret.ts";
import { chooseLevel, createLog, type Level, type Log } from "./log.ts";

const NOW = Date.parse("2026-11-20T10:00:00Z");

interface Case {
  log: Log;
  file: string;
  /** What went to standard error. */
  err: string[];
  lines(): Record<string, unknown>[];
}

async function withLog(level: Level, body: (seen: Case) => Promise<void> | void, now = NOW): Promise<void> {
  await withTemporaryHome(async (home) => {
    const err: string[] = [];
    const file = `${home}/state/log/sso-heal.log`;
    const terminal = {
      out: () => assert.fail("a log line on standard output"),
      err: (text: string) => void err.push(text),
      outIsTerminal: false,
      errIsTerminal: false,
      columns: 80,
    };
    const log = createLog({ file, level, system: { now: () => now, terminal } });
    const lines = () => Deno.readTextFileSync(file).trimEnd().split("\n").map((line) => JSON.parse(line));
    await body({ log, file, err, lines });
  });
}

Deno.test("createLog() sends each level where it was asked to", async () => {
  const rows: [level: Level, onErr: Level[], inFile: Level[]][] = [
    ["debug", ["debug", "info", "warning", "error"], ["debug", "info", "warning", "error"]],
    ["info", ["info", "warning", "error"], ["info", "warning", "error"]],
    ["warning", ["warning", "error"], ["info", "warning", "error"]],
    ["error", ["error"], ["info", "warning", "error"]],
  ];
  for (const [level, onErr, inFile] of rows) {
    await withLog(level, ({ log, err, lines }) => {
      for (const at of ["debug", "info", "warning", "error"] as const) log[at](`said ${at}`);
      assert.deepEqual(err, onErr.map((at) => `sso-heal: ${at}: said ${at}\n`));
      assert.deepEqual(lines().map((line) => line.level), inFile);
    });
  }
});

Deno.test("createLog() writes JSON lines with time, level and facts into a private file", async () => {
  await withLog("warning", ({ log, file, lines }) => {
    log.info("refreshed", { session: "corp", token: new Secret("aoaX"), level: "fake", at: "fake" });
    assert.deepEqual(lines(), [{
      at: "2026-11-20T10:00:00Z",
      level: "info",
      pid: Deno.pid,
      message: "refreshed",
      session: "corp",
      token: "[redacted]",
    }]);
    assert.equal(modeOf(file), "0600");
    assert.equal(modeOf(file.slice(0, file.lastIndexOf("/"))), "0700");
  });
});

Deno.test("createLog() touches no file before the first line, nor for lines below its level", async () => {
  await withLog("warning", ({ log, file }) => {
    log.debug("not for the file");
    assert.throws(() => Deno.statSync(file), Deno.errors.NotFound);
  });
});

Deno.test("createLog() lets no foreign text forge a line, steer the terminal or show a secret", async () => {
  await withLog("info", ({ log, err, lines }) => {
    log.info("a\nsso-heal: error: forged \u001b[31m aoaAAAAAG-secret-of-it\u0085");
    assert.deepEqual(err, ["sso-heal: info: a sso-heal: error: forged  [31m [redacted] \n"]);
    assert.equal(lines().length, 1);
    assert.ok(!JSON.stringify(lines()).includes("secret"));
  });
});

Deno.test("createLog() renames a full file to .1 and begins a new one", async () => {
  await withLog("warning", ({ log, file, lines }) => {
    for (let n = 0; n < 30; n++) log.info("line", { n, pad: "x".repeat(100_000) });
    const kept = lines().map((line) => line.n as number);
    const former = Deno.readTextFileSync(`${file}.1`).trimEnd().split("\n").map((line) => JSON.parse(line).n as number);
    assert.deepEqual(
      [...former, ...kept],
      Array.from({ length: former.length + kept.length }, (_, at) => 30 - former.length - kept.length + at),
    );
    assert.ok(former.length === 9 && Deno.statSync(`${file}.1`).size <= 1_000_000);
    assert.equal(modeOf(file), "0600");
  });
});

Deno.test("createLog() keeps two former files", async () => {
  await withLog("warning", ({ log, file, lines }) => {
    for (let n = 0; n < 4; n++) log.info("line", { n, pad: "x".repeat(600_000) });
    const former = [2, 1].map((number) => JSON.parse(Deno.readTextFileSync(`${file}.${number}`)).n);
    assert.deepEqual([...former, ...lines().map((line) => line.n)], [1, 2, 3]);
    assert.equal([...Deno.readDirSync(file.slice(0, file.lastIndexOf("/")))].length, 3);
  }, Date.now());
});

Deno.test("createLog() lets old lines go with the first line of a day", async () => {
  await withLog("warning", ({ log, file, lines }) => {
    log.info("today");
    Deno.writeTextFileSync(`${file}.1`, "old");
    Deno.utimeSync(`${file}.1`, 0, 0);
    log.info("today too");
    assert.equal(Deno.readTextFileSync(`${file}.1`), "old");
    Deno.utimeSync(file, 0, 0);
    log.info("tomorrow");
    assert.throws(() => Deno.statSync(`${file}.1`), Deno.errors.NotFound);
    assert.deepEqual(lines().map(({ message }) => message), ["today", "today too", "tomorrow"]);
  }, Date.now());
});

Deno.test("createLog() does not rotate away the file that another process has just begun", async () => {
  await withLog("warning", ({ log, file, lines }) => {
    log.info("line", { n: 0, pad: "x".repeat(950_000) });
    Deno.renameSync(file, `${file}.1`);
    Deno.writeTextFileSync(file, '{"n":"other"}\n');
    log.info("line", { n: 1, pad: "x".repeat(100_000) });
    assert.deepEqual(lines().map((line) => line.n), ["other", 1]);
    assert.ok(Deno.statSync(`${file}.1`).size > 950_000);
  });
});

Deno.test("createLog() warns once and goes on when the file cannot be written", async () => {
  await withLog("error", ({ log, file, err }) => {
    Deno.mkdirSync(file, { recursive: true });
    log.info("one");
    log.error("two");
    assert.equal(err.length, 2);
    assert.match(err[0], /^sso-heal: warning: going on without the log ".*sso-heal\.log": Is a directory/);
    assert.equal(err[1], "sso-heal: error: two\n");
  });
});

Deno.test("createLog() survives facts that cannot be written as JSON", async () => {
  await withLog("error", ({ log, lines, err }) => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    log.info("odd", { circle });
    log.info("next");
    assert.deepEqual(lines().map((line) => line.message), ["odd", "next"]);
    assert.deepEqual(err, []);
  });
});

Deno.test("createLog() is silent about its file in a command that has given up writing", async () => {
  await withTemporaryHome(async (home) => {
    const source = `
      import { createLog } from "ROOT/src/log/log.ts";
      const err: string[] = [];
      const terminal = { out() {}, err: (text: string) => void err.push(text), outIsTerminal: false, errIsTerminal: false, columns: 80 };
      const log = createLog({ file: Deno.cwd() + "/.local/log", level: "warning", system: { now: () => 0, terminal } });
      log.warning("said");
      console.log(JSON.stringify(err));`;
    const output = await startScript(source, home, ["--allow-read=.local"]).output();
    assert.equal(new TextDecoder().decode(output.stdout), '["sso-heal: warning: said\\n"]\n');
  });
});

Deno.test("chooseLevel() takes the plainest wish first", () => {
  assert.equal(chooseLevel({}), "warning");
  assert.equal(chooseLevel({ verbose: true }), "debug");
  assert.equal(chooseLevel({ quiet: true }), "error");
  assert.equal(chooseLevel({ quiet: true, verbose: true }), "error");
  assert.equal(chooseLevel({ logLevel: "info", quiet: true, verbose: true }), "info");
});
