// Finds and retires the jobs of the shell scripts that did this before: two that refresh the same tokens would race.
import { UserError } from "../domain/problem.ts";
import type { Account, Placement, Scope } from "../domain/service.ts";
import type { Command, Ran } from "../system/run_program.ts";
import { readCrontab, writeCrontab } from "./cron.ts";
import { linesOf } from "./cron_table.ts";
import { CRONTAB, type Hands } from "./manager.ts";
import { systemctl } from "./systemctl.ts";

/** A job that an older installation has left. */
export interface Former {
  readonly kind: "launchd" | "systemd" | "cron";
  /** `system`: only root can retire it. */
  readonly scope: Scope;
  /** Absolute paths of its texts, or {@link CRONTAB}. */
  readonly where: readonly string[];
  /** One sentence that says what and where. */
  readonly message: string;
}

const LABEL = "com.sso-self-healing";
const UNITS = ["sso-refresh.timer", "sso-refresh.service"];
const SCRIPT = "sso-refresh.sh";

/** No manager reads a file that ends so. */
const KEPT = ".replaced-by-sso-heal";

/** What `launchctl bootout` answers where there is no such job, or no such domain. */
const NOTHING_THERE: readonly number[] = [3, 112, 113, 125];

/** Every such job that this account can see. Never throws for what cannot be looked at: then there is none. */
export async function findFormer(
  hands: Hands,
  account: Account,
  asRoot: boolean,
  os: "darwin" | "linux",
): Promise<readonly Former[]> {
  const [ofSystem, ofUser] = os === "darwin"
    ? [[`/Library/LaunchDaemons/${LABEL}.plist`], [`${account.home}/Library/LaunchAgents/${LABEL}.plist`]]
    : ["/etc/systemd/system", `${account.home}/.config/systemd/user`].map((dir) =>
      UNITS.map((name) => `${dir}/${name}`)
    );
  const kind = os === "darwin" ? "launchd" : "systemd";
  const found: Former[] = [];
  for (const [scope, paths] of [["system", ofSystem], ["user", ofUser]] as const) {
    const where = await present(hands, paths, scope === "user" ? asAccount(account, asRoot) : {});
    if (where.length > 0) {
      found.push({ kind, scope, where, message: `an older script has a ${kind} job here: ${where.join(", ")}` });
    }
  }
  const lines = await formerLines(hands, { scope: "user", account, asRoot });
  if (lines.length > 0) {
    const [line] = lines.map((each) => each.trim());
    found.push({
      kind: "cron",
      scope: "user",
      where: [CRONTAB],
      message: `an older script has a line in the crontab: ${line}`,
    });
  }
  return found;
}

/**
 * Ends the job for good and says where a copy of what it took away is. What a timer of systemd has started goes on to
 * its end; launchd ends a run with its job.
 *
 * @throws {UserError} with the words of the manager and the way out.
 */
export async function removeFormer(
  hands: Hands,
  account: Account,
  asRoot: boolean,
  former: Former,
): Promise<readonly string[]> {
  const { kind, scope, where } = former;
  if (scope === "system" && !asRoot) {
    throw new UserError(`Cannot remove the job of an older script: ${where.join(", ")} belongs to root`, [
      "run the same command of sso-heal with sudo",
    ]);
  }
  const placement: Placement = { scope, account, asRoot };
  if (kind === "cron") return [await removeLines(hands, placement)];
  if (kind === "launchd") await bootOut(hands, placement);
  else await disable(hands, placement, where);
  const owner = scope === "user" ? asAccount(account, asRoot) : {};
  for (const path of where) {
    const moved = await hands.run({ program: "/bin/mv", args: ["-f", path, path + KEPT], ...owner });
    if (moved.code !== 0) throw failed(`move ${path} away`, moved);
  }
  if (kind === "systemd") await systemctl(hands, placement, ["daemon-reload"]);
  return where.map((path) => path + KEPT);
}

async function bootOut(hands: Hands, { scope, account }: Placement): Promise<void> {
  const domains = scope === "system" ? ["system"] : [`gui/${account.uid}`, `user/${account.uid}`];
  for (const domain of domains) {
    const ran = await hands.run({ program: "/bin/launchctl", args: ["bootout", `${domain}/${LABEL}`] });
    if (ran.code !== 0 && !NOTHING_THERE.includes(ran.code)) throw failed(`stop ${domain}/${LABEL}`, ran);
  }
}

async function disable(hands: Hands, placement: Placement, where: readonly string[]): Promise<void> {
  const [first, ...more] = where.map((path) => path.slice(path.lastIndexOf("/") + 1));
  // Behind a timer the service is the refresh itself, which must not be cut off.
  for (const words of [["--now", first], ...more.map((unit) => [unit])]) {
    const ran = await systemctl(hands, placement, ["disable", ...words]);
    // Without a manager of the account none of its jobs runs, and after the move none is found.
    const isAsleep = placement.scope === "user" && /connect to|No medium found/.test(ran.stderr);
    if (ran.code !== 0 && !isAsleep) throw failed(`disable ${words.at(-1)}`, ran);
  }
}

async function removeLines(hands: Hands, placement: Placement): Promise<string> {
  const { account, asRoot } = placement;
  const table = await readCrontab(hands, placement) ?? "";
  const rest = linesOf(table).filter((line) => !isFormer(line)).join("");
  const copy = `${account.home}/.local/state/sso-heal/crontab${KEPT}`;
  const kept = await hands.run({
    program: "/bin/sh",
    args: ["-c", `umask 077; mkdir -p "\${1%/*}" && cat > "$1"`, "sh", copy],
    stdin: table,
    ...asAccount(account, asRoot),
  });
  if (kept.code !== 0) throw failed(`keep a copy of the crontab in ${copy}`, kept);
  await writeCrontab(hands, placement, rest === "" ? undefined : rest);
  return copy;
}

async function formerLines(hands: Hands, placement: Placement): Promise<readonly string[]> {
  try {
    return linesOf(await readCrontab(hands, placement) ?? "").filter(isFormer);
  } catch (error) {
    // It is not for a search to complain: who wants to change the table will hear of it.
    if (error instanceof UserError) return [];
    throw error;
  }
}

function isFormer(line: string): boolean {
  return !line.trimStart().startsWith("#") && line.includes(SCRIPT);
}

async function present(hands: Hands, paths: readonly string[], owner: Pick<Command, "as">): Promise<readonly string[]> {
  const script = `for file; do [ -e "$file" ] && printf '%s\\n' "$file"; done; :`;
  const { stdout } = await hands.run({ program: "/bin/sh", args: ["-c", script, "sh", ...paths], ...owner });
  return stdout.split("\n").filter((line) => paths.includes(line));
}

/** What lies in a home is touched as its owner: root would follow any link there. */
function asAccount({ uid, gid }: Account, asRoot: boolean): Pick<Command, "as"> {
  return asRoot ? { as: { uid, gid } } : {};
}

function failed(what: string, { code, stderr }: Ran): UserError {
  const [first] = stderr.trim().split("\n");
  return new UserError(`Cannot ${what}: ${first || `exit code ${code}`}`, [
    "remove the job of the older script by hand, then run: sso-heal install",
  ]);
}
