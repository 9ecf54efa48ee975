// Proves one holder at a time across real processes, and that a killed holder leaves nothing locked.
import assert from "node:assert/strict";
import { lineReader, startScript } from "../../tests/support/second_process.ts";
import { modeOf, withTemporaryHome } from "../../tests/support/temporary_home.ts";
import { EXIT, UserError } from "../domain/problem.ts";
import { acquireLock, LockHeld, type LockWait, withLock } from "./lock.ts";
import { alertLockPath } from "./paths.ts";

const GRANTS = ["--allow-read=.local/state/sso-heal", "--allow-write=.local/state/sso-heal", "--allow-run"];

/** A request that was given up ends when the kernel answers it, which may be after the test. */
const LEAVES_A_REQUEST = { sanitizeOps: false };

/** A wait whose time has passed as soon as somebody sleeps. */
function waiting(timeoutMs: number): LockWait {
  let now = 0;
  return {
    timeoutMs,
    now: () => now,
    sleep: (ms) => {
      now += ms;
      return Promise.resolve();
    },
  };
}

/** A wait without end: only the lock can end it. */
const PATIENT: LockWait = { timeoutMs: 60_000, now: () => 0, sleep: () => new Promise(() => {}) };

/** Another process that takes the lock, says so, and keeps it until it is told to end. */
function startHolder(home: string, andThen = "") {
  const source = `
    import { acquireLock } from "ROOT/src/store/lock.ts";
    import { alertLockPath } from "ROOT/src/store/paths.ts";
    const wait = { timeoutMs: 60000, now: () => 0, sleep: () => new Promise<void>(() => {}) };
    const lock = await acquireLock(alertLockPath(Deno.cwd()), wait);
    ${andThen}
    console.log("held");
    setInterval(() => lock, 1000);`;
  const process = startScript(source, home, GRANTS);
  return { process, next: lineReader(process) };
}

Deno.test("withLock() makes the file 0600 in folders of 0700, gives the result, and can be taken again", async () => {
  await withTemporaryHome(async (home) => {
    const path = alertLockPath(home);
    assert.equal(await withLock(path, waiting(0), () => Promise.resolve("one")), "one");
    assert.equal(modeOf(path), "0600");
    assert.equal(modeOf(`${home}/.local/state/sso-heal/locks`), "0700");
    await assert.rejects(withLock(path, waiting(0), () => Promise.reject(new Error("body"))), /body/);
    assert.equal(await withLock(path, waiting(0), () => Promise.resolve("three")), "three");
  });
});

Deno.test("acquireLock() excludes a second caller in the same process until it is released", async () => {
  await withTemporaryHome(async (home) => {
    const path = `${home}/a.lock`;
    const order: string[] = [];
    const first = await acquireLock(path, waiting(0));
    const second = acquireLock(path, PATIENT).then((lock) => {
      order.push("second");
      lock.release();
    });
    const other = await acquireLock(`${home}/b.lock`, waiting(0));
    other.release();
    order.push("first releases");
    first.release();
    first.release();
    await second;
    assert.deepEqual(order, ["first releases", "second"]);
  });
});

Deno.test(
  "acquireLock() gives up with exit code 75 and names the holder while another process has it",
  LEAVES_A_REQUEST,
  async () => {
    await withTemporaryHome(async (home) => {
      const path = alertLockPath(home);
      const { process, next } = startHolder(home);
      assert.equal(await next(), "held");
      for (const timeoutMs of [0, 5000]) {
        await assert.rejects(acquireLock(path, waiting(timeoutMs)), (error) => {
          assert.ok(error instanceof LockHeld && error instanceof UserError);
          assert.equal(error.exitCode, EXIT.temporary);
          assert.ok(error.message.includes(path));
          assert.ok(error.hints.some((hint) => hint.endsWith(` ${process.pid}`)), error.hints.join());
          return true;
        });
      }
      process.kill("SIGKILL");
      await process.status;
      // The two requests that gave up are won now, too late, and must not keep the lock.
      const lock = await acquireLock(path, PATIENT);
      assert.equal(Deno.readTextFileSync(path), `${Deno.pid}\n`);
      lock.release();
    });
  },
);

Deno.test("acquireLock() gets the lock when its holder is killed, also if a child of the holder lives on", async () => {
  await withTemporaryHome(async (home) => {
    const { process, next } = startHolder(
      home,
      `const child = new Deno.Command("sleep", { args: ["60"], stdout: "null" }).spawn();
       console.log(child.pid);`,
    );
    const child = Number(await next());
    try {
      assert.equal(await next(), "held");
      const mine = acquireLock(alertLockPath(home), PATIENT);
      process.kill("SIGKILL");
      await process.status;
      (await mine).release();
      Deno.kill(child, "SIGCONT");
    } finally {
      Deno.kill(child, "SIGKILL");
    }
  });
});

Deno.test("withLock() never lets two processes in at once", async () => {
  await withTemporaryHome(async (home) => {
    const file = `${home}/.local/state/sso-heal/count`;
    Deno.mkdirSync(`${home}/.local/state/sso-heal`, { recursive: true });
    Deno.writeTextFileSync(file, "0");
    const source = `
      import { withLock } from "ROOT/src/store/lock.ts";
      import { alertLockPath } from "ROOT/src/store/paths.ts";
      const wait = { timeoutMs: 60000, now: () => 0, sleep: () => new Promise<void>(() => {}) };
      const file = Deno.cwd() + "/.local/state/sso-heal/count";
      for (let turn = 0; turn < 50; turn++) {
        await withLock(alertLockPath(Deno.cwd()), wait, async () => {
          const count = Number(await Deno.readTextFile(file));
          await Deno.writeTextFile(file, String(count + 1));
        });
      }`;
    const processes = [1, 2, 3].map(() => startScript(source, home, GRANTS));
    for (const process of processes) assert.equal((await process.output()).success, true);
    assert.equal(Deno.readTextFileSync(file), "150");
  });
});

Deno.test(
  "acquireLock() does not take a lock on a file that was removed meanwhile for the lock",
  LEAVES_A_REQUEST,
  async () => {
    await withTemporaryHome(async (home) => {
      const path = `${home}/a.lock`;
      const first = await acquireLock(path, waiting(0));
      const second = acquireLock(path, PATIENT);
      Deno.removeSync(path);
      const third = await acquireLock(path, waiting(0));
      first.release();
      third.release();
      const lock = await second;
      await assert.rejects(acquireLock(path, waiting(0)), LockHeld);
      lock.release();
      (await acquireLock(path, PATIENT)).release();
    });
  },
);

Deno.test(
  "acquireLock() stops waiting with the reason for which the sleep was called off",
  LEAVES_A_REQUEST,
  async () => {
    await withTemporaryHome(async (home) => {
      const first = await acquireLock(`${home}/a.lock`, waiting(0));
      const reason = new DOMException("told to stop", "AbortError");
      const stopped = acquireLock(`${home}/a.lock`, { ...PATIENT, sleep: () => Promise.reject(reason) });
      await assert.rejects(stopped, reason);
      first.release();
      (await acquireLock(`${home}/a.lock`, PATIENT)).release();
    });
  },
);

Deno.test("acquireLock() says what is in the way when the lock file cannot be made", async () => {
  await withTemporaryHome(async (home) => {
    Deno.writeTextFileSync(`${home}/file`, "");
    const attempt = acquireLock(`${home}/file/a.lock`, waiting(0));
    await assert.rejects(attempt, { name: "UserError", message: /a part of its path is a file$/, exitCode: 1 });
  });
});
