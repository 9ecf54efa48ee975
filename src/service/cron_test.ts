// Tests of cron as the manager: the line does its work in a real shell, and the programs of cron are asked rightly.
import assert from "node:assert/strict";
import { withTemporaryHome } from "../../tests/support/temporary_home.ts";
import type { Job, Placement } from "../domain/service.ts";
import { type Command, type Ran, runProgram } from "../system/run_program.ts";
import { cron, readCrontab, writeCrontab } from "./cron.ts";
import { cronEnv, lineOf, minutesIn } from "./cron_line.ts";
import { CRONTAB, type Hands } from "./manager.ts";

const ACCOUNT = { name: "alice", uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0, home: "/home/alice" };
const OWN: Placement = { scope: "user", account: ACCOUNT, asRoot: false };

const JOB: Job = {
  account: ACCOUNT,
  scope: "user",
  everyMinutes: 10,
  host: "mini-1",
  binary: "/home/alice/.local/bin/sso-heal",
  hardening: "none",
  env: {},
  secretEnv: {},
  envFile: "/home/alice/.config/sso-heal/env",
  binds: [],
};

/** Programs by their words, and what they answer; any other fails the test. */
function handsOf(answers: Readonly<Record<string, Partial<Ran>>>, now = 0): Hands & { readonly ran: Command[] } {
  const ran: Command[] = [];
  return {
    ran,
    now: () => now,
    sleep: () => Promise.reject(new Error("nothing to wait for")),
    run(command) {
      ran.push(command);
      const words = [command.program, ...command.args].join(" ");
      const answer = answers[words] ?? assert.fail(`no answer for: ${words}`);
      return Promise.resolve({ code: 0, stdout: "", stderr: "", ...answer });
    },
  };
}

function tableOf(job: Job, present?: string): string {
  return cron.unitsOf(job)[0].wanted(present);
}

Deno.test("unitsOf() is the table of the account, with one readable line", () => {
  const [unit, ...more] = cron.unitsOf(JOB);
  assert.deepEqual([unit.path, more], [CRONTAB, []]);
  assert.equal(
    tableOf(JOB),
    `# BEGIN sso-heal (sso-heal:managed v1; to change: sso-heal install, to remove: sso-heal uninstall)
8,18,28,38,48,58 * * * * /bin/sh -c 'exec >/dev/null 2>&1; cd /home/alice || exit 1; set -a; \
[ ! -f /home/alice/.config/sso-heal/env ] || . /home/alice/.config/sso-heal/env; HOME=/home/alice; \
PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin:/opt/homebrew/bin; \
exec /home/alice/.local/bin/sso-heal check --scheduled'
# END sso-heal
`,
  );
  assert.equal(unit.without(tableOf(JOB, "0 3 * * * a\n")), "0 3 * * * a\n");
});

Deno.test("unitsOf() names the minutes of every interval, and they are read back", () => {
  for (const [everyMinutes, count] of [[1, 60], [2, 30], [10, 6], [60, 1]]) {
    const line = lineOf({ ...JOB, everyMinutes });
    assert.equal(minutesIn(line)?.size, count, line);
  }
  assert.match(lineOf({ ...JOB, everyMinutes: 1 }), /^\* \* \* \* \* \/bin\/sh/);
  assert.equal(minutesIn("@hourly x"), undefined);
  assert.equal(minutesIn("*/5 * * * * x"), undefined);
});

Deno.test("unitsOf() refuses what a line cannot hold", () => {
  const long = { ...JOB, env: { NO_PROXY: "host.example.com,".repeat(60) } };
  assert.throws(() => tableOf(long), /cron cuts it off/);
  assert.throws(() => tableOf({ ...JOB, env: { NO_PROXY: "a\n* * * * * evil" } }), /control character/);
});

/** A home whose name needs every kind of quoting, with a program that tells where and with what it was started. */
async function withStrangeHome(body: (job: Job, told: () => string) => Promise<void>): Promise<void> {
  await withTemporaryHome(async (temporary) => {
    const home = `${temporary}/a 50%'s "\`$HOME\` \\%`;
    Deno.mkdirSync(`${home}/.config`, { recursive: true });
    const binary = `${home}/sso-heal`;
    Deno.writeTextFileSync(
      binary,
      `#!/bin/sh\nprintf '%s\\n' "$@" "$PWD" "$HOME" "$PLAIN" "$SECRET" > ./new\nmv ./new ./told\n`,
      { mode: 0o755 },
    );
    const envFile = `${home}/.config/env`;
    Deno.writeTextFileSync(envFile, 'SECRET="s e"\n');
    const job = { ...JOB, account: { ...ACCOUNT, home }, binary, envFile, env: { PLAIN: `100% 'p' "$HOME"` } };
    await body(job, () => Deno.readTextFileSync(`${home}/told`));
    const asWanted = ["check", "--scheduled", home, home, job.env.PLAIN, "s e", ""].join("\n");
    assert.equal(Deno.readTextFileSync(`${home}/told`), asWanted);
  });
}

// Vixie's cron and its children take the backslash away; BusyBox hands the command to the shell as it is.
for (const [which, read] of [["Vixie", (line: string) => line.replaceAll("\\%", "%")], ["BusyBox", String]] as const) {
  Deno.test(`the line starts one check in the home, by a real shell, as ${which} hands it over`, async () => {
    await withStrangeHome(async (job) => {
      const line = lineOf(job);
      assert.doesNotMatch(line, /[^\\]%/, "a bare % ends the command");
      const command = read(line.replace(/^\S+ \* \* \* \* /, ""));
      const env = cronEnv(job.account);
      const ran = await runProgram({ program: "/bin/sh", args: ["-c", command], env, cwd: "/" });
      assert.deepEqual(ran, { code: 0, stdout: "", stderr: "" });
    });
  });
}

Deno.test("the line says nothing and does nothing when the home is gone", async () => {
  const gone = { ...JOB, account: { ...ACCOUNT, home: "/no/such/home" }, binary: "/bin/echo" };
  const command = lineOf(gone).replace(/^\S+ \* \* \* \* /, "");
  const ran = await runProgram({ program: "/bin/sh", args: ["-c", command], cwd: "/" });
  assert.deepEqual(ran, { code: 1, stdout: "", stderr: "" });
});

Deno.test("start() starts the very command of the line, without waiting for its end", async () => {
  await withStrangeHome(async (job, told) => {
    // The program waits until the test lets it go on.
    const gate = `${job.account.home}/gate`;
    const text = Deno.readTextFileSync(job.binary);
    Deno.writeTextFileSync(job.binary, text.replace("\n", "\nwhile [ ! -e ./gate ]; do sleep 0.01; done\n"));
    const hands: Hands = { run: runProgram, now: Date.now, sleep: () => Promise.resolve() };
    await cron.start(hands, { ...OWN, account: job.account }, job);
    assert.throws(told, Deno.errors.NotFound);
    Deno.writeTextFileSync(gate, "");
    for (;;) {
      try {
        return void told();
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  });
});

Deno.test("start() runs as the account when root does it", async () => {
  let seen: Command | undefined;
  const hands = handsOf({});
  hands.run = (command) => {
    seen = command;
    return Promise.resolve({ code: 0, stdout: "", stderr: "" });
  };
  await cron.start(hands, { scope: "system", account: { ...ACCOUNT, uid: 501, gid: 20 }, asRoot: true }, JOB);
  assert.deepEqual(seen?.as, { uid: 501, gid: 20 });
});

const NONE = { code: 1, stderr: "no crontab for alice\n" };
const RUNS = { "/usr/bin/pgrep -x crond?|fcron": { stdout: "321\n" } };
const HALF_PAST_TEN = Date.parse("2026-11-20T10:30:00Z");

Deno.test("ask() knows the next run of the table that is there", async () => {
  const hands = handsOf({ "/usr/bin/crontab -l": { stdout: tableOf(JOB, "0 3 * * * a\n") }, ...RUNS }, HALF_PAST_TEN);
  const view = await cron.ask(hands, OWN);
  // Cron goes by the local clock, whatever the zone.
  assert.equal(new Date(view.nextRunAt ?? 0).getMinutes() % 10, 8);
  assert.ok((view.nextRunAt ?? 0) - HALF_PAST_TEN <= 600_000);
  assert.deepEqual({ ...view, nextRunAt: 0 }, { loaded: true, enabled: true, nextRunAt: 0, hints: [] });
});

Deno.test("ask() says when no daemon would start it, and knows no next run then", async () => {
  const hands = handsOf({
    "/usr/bin/crontab -l": { stdout: tableOf(JOB) },
    "/usr/bin/pgrep -x crond?|fcron": { code: 1 },
  });
  const view = await cron.ask(hands, OWN);
  assert.deepEqual([view.loaded, view.nextRunAt, view.hints.map(({ code }) => code)], [true, undefined, [
    "CronNotRunning",
  ]]);
});

Deno.test("ask() does not call cron dead where nobody can tell", async () => {
  const hands = handsOf({
    "/usr/bin/crontab -l": { stdout: tableOf(JOB) },
    "/usr/bin/pgrep -x crond?|fcron": { code: 127 },
  });
  const view = await cron.ask(hands, OWN);
  assert.deepEqual([view.nextRunAt === undefined, view.hints], [false, []]);
});

Deno.test("ask() finds nothing where there is no table, no block or no cron", async () => {
  const busybox = { code: 1, stderr: "crontab: can't open 'alice': No such file or directory\n" };
  for (const table of [NONE, busybox, { stdout: "0 3 * * * a\n" }, { code: 127 }]) {
    const view = await cron.ask(handsOf({ "/usr/bin/crontab -l": table, ...RUNS }), OWN);
    assert.deepEqual(view, { loaded: false, enabled: false, nextRunAt: undefined, hints: [] });
  }
});

Deno.test("ask() never throws: a table that cannot be read is a hint", async () => {
  const rows = [{ code: 1, stderr: "disk on fire\n" }, { stdout: tableOf(JOB).replace("# END sso-heal\n", "") }];
  for (const table of rows) {
    const view = await cron.ask(handsOf({ "/usr/bin/crontab -l": table }), OWN);
    assert.deepEqual([view.loaded, view.hints.map(({ code }) => code)], [false, ["CrontabUnreadable"]]);
  }
});

Deno.test("deactivate() says whether there was a job", async () => {
  assert.equal(await cron.deactivate(handsOf({ "/usr/bin/crontab -l": { stdout: tableOf(JOB) } }), OWN), true);
  assert.equal(await cron.deactivate(handsOf({ "/usr/bin/crontab -l": NONE }), OWN), false);
  const denied = { code: 1, stderr: "You (alice) are not allowed to use this program (crontab)\n" };
  assert.equal(await cron.deactivate(handsOf({ "/usr/bin/crontab -l": denied }), OWN), false);
});

Deno.test("readCrontab() and writeCrontab() name the account only as root", async () => {
  const root: Placement = { scope: "system", account: ACCOUNT, asRoot: true };
  const hands = handsOf({
    "/usr/bin/crontab -u alice -l": { stdout: "a\n" },
    "/usr/bin/crontab -u alice -": {},
    "/usr/bin/crontab -u alice -r": {},
  });
  assert.equal(await readCrontab(hands, root), "a\n");
  await writeCrontab(hands, root, "b\n");
  await writeCrontab(hands, root, undefined);
  assert.deepEqual(hands.ran.map(({ stdin }) => stdin), [undefined, "b\n", undefined]);
});

Deno.test("writeCrontab() says why not, and the way out", async () => {
  const rows: readonly (readonly [Partial<Ran>, RegExp, RegExp])[] = [
    [{ code: 127, stderr: "x" }, /there is no such program/, /apt-get install cron/],
    [{ code: 1, stderr: "You (alice) are not allowed to use this program\n" }, /not allowed/, /cron\.allow/],
    [{ code: 1, stderr: "" }, /exit code 1/, /crontab -l/],
  ];
  for (const [answer, message, hint] of rows) {
    await assert.rejects(writeCrontab(handsOf({ "/usr/bin/crontab -": answer }), OWN, "x\n"), (error: Error) => {
      assert.match(error.message, message);
      assert.match((error as Error & { hints: string[] }).hints.join("\n"), hint);
      return true;
    });
  }
});
