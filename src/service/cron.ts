// cron as the manager of the job: a block in the account's own table, for machines without launchd and systemd.
import { UserError } from "../domain/problem.ts";
import type { ManagerView, Placement, ServiceHint } from "../domain/service.ts";
import { type Command, NO_SUCH_PROGRAM, type Ran } from "../system/run_program.ts";
import { commandOf, cronEnv, lineOf, minutesIn } from "./cron_line.ts";
import { lineOfBlock, withBlock, withoutBlock } from "./cron_table.ts";
import { CRONTAB, type Hands, type Manager } from "./manager.ts";

/** Only the account itself and root read it. */
const TABLE_MODE = 0o600;
const NO_MATCH = 1;
const NOT_ALLOWED = /not allowed to use|not permitted/i;

const NOT_RUNNING: ServiceHint = {
  code: "CronNotRunning",
  message: "No cron daemon runs here, so nothing will start the job",
  hint:
    "start it, and have it started with the machine (systemctl enable --now cron, rc-service crond start), or run: sso-heal run",
};

/** No guard against systemd in the line: who chose cron where systemd runs too wants cron. */
export const cron: Manager = {
  name: "cron",

  unitsOf: (job) => [{
    path: CRONTAB,
    mode: TABLE_MODE,
    wanted: (present = "") => withBlock(present, lineOf(job)),
    without: withoutBlock,
  }],

  // The written table is all that cron needs, and all it has.
  commands: () => [],
  activate: () => Promise.resolve(),
  deactivate: async (hands, placement) => lineOfBlock(await readCrontab(hands, placement) ?? "") !== undefined,

  async start(hands, { account, asRoot }, job) {
    const ran = await hands.run({
      program: "/bin/sh",
      // It must not end with us, and nobody waits for it.
      args: ["-c", `nohup /bin/sh -c "$1" </dev/null >/dev/null 2>&1 &`, "sh", commandOf(job)],
      env: cronEnv(account),
      cwd: "/",
      ...asRoot && { as: { uid: account.uid, gid: account.gid } },
    });
    if (ran.code !== 0) throw new UserError(`Cannot start the job: ${wordsOf(ran)}`);
  },

  async ask(hands, placement): Promise<ManagerView> {
    let line: string | undefined;
    try {
      line = lineOfBlock(await readCrontab(hands, placement) ?? "");
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const [hint = "look at it: crontab -l"] = error.hints;
      return { loaded: false, enabled: false, hints: [{ code: "CrontabUnreadable", message: error.message, hint }] };
    }
    const here = line !== undefined;
    const seen = await hands.run({ program: "/usr/bin/pgrep", args: ["-x", "crond?|fcron"] });
    const isDead = here && seen.code === NO_MATCH;
    return {
      loaded: here,
      enabled: here,
      nextRunAt: here && !isDead ? nextRun(minutesIn(line ?? ""), hands.now()) : undefined,
      hints: isDead ? [NOT_RUNNING] : [],
    };
  },
};

/**
 * The table of the account; undefined when it has none, and where there is no cron or none for this account: then only
 * writing fails. @throws {UserError}
 */
export async function readCrontab(hands: Pick<Hands, "run">, placement: Placement): Promise<string | undefined> {
  const ran = await hands.run(crontab(placement, ["-l"]));
  if (ran.code === 0) return ran.stdout;
  // Vixie and cronie: "no crontab for alice"; BusyBox: "can't open 'alice': No such file or directory".
  const hasNone = /no crontab for|can't open '[^']*': No such file/i.test(ran.stderr);
  if (hasNone || ran.code === NO_SUCH_PROGRAM || NOT_ALLOWED.test(ran.stderr)) return undefined;
  throw failed("read", ran);
}

/** Replaces the table, or removes it. @throws {UserError} */
export async function writeCrontab(
  hands: Pick<Hands, "run">,
  placement: Placement,
  text: string | undefined,
): Promise<void> {
  const ran = await hands.run(
    text === undefined ? crontab(placement, ["-r"]) : { ...crontab(placement, ["-"]), stdin: text },
  );
  if (ran.code !== 0) throw failed("write", ran);
}

/** Only root may say whose table it means. */
function crontab({ account, asRoot }: Placement, args: readonly string[]): Command {
  return { program: "/usr/bin/crontab", args: asRoot ? ["-u", account.name, ...args] : args };
}

function failed(what: "read" | "write", ran: Ran): UserError {
  const hints = ran.code === NO_SUCH_PROGRAM
    ? ["install cron (apt-get install cron)", "or run in the foreground: sso-heal run"]
    : NOT_ALLOWED.test(ran.stderr)
    ? ["ask root to allow it (/etc/cron.allow, /etc/cron.deny)", "or run in the foreground: sso-heal run"]
    : ["see for yourself: crontab -l"];
  return new UserError(`Cannot ${what} the crontab: ${wordsOf(ran)}`, hints);
}

function wordsOf({ code, stdout, stderr }: Ran): string {
  if (code === NO_SUCH_PROGRAM) return "there is no such program";
  return (stderr.trim() || stdout.trim()).split("\n")[0] || `exit code ${code}`;
}

/** The next full minute that the local clock calls by one of `minutes`. */
function nextRun(minutes: ReadonlySet<number> | undefined, now: number): number | undefined {
  const next = Math.floor(now / 60_000) + 1;
  for (let minute = next; minute < next + 60; minute++) {
    if (minutes?.has(new Date(minute * 60_000).getMinutes())) return minute * 60_000;
  }
  return undefined;
}
