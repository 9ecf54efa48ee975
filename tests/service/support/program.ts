// The compiled program on the throw-away machine, called as a person calls it, and what it leaves there.
import assert from "node:assert/strict";
import { BINARY } from "../../binary/support/home.ts";
import type { Ended, Machine, RunOptions } from "./machine.ts";

/** Where a person has unpacked the program: no stable place, so that `install` has something to copy. */
export const UNPACKED = "/srv/unpacked/sso-heal";
export const STATE = ".local/state/sso-heal";

/** A session with one profile; nobody has ever signed in to it. */
export const CONFIG = `[sso-session corp]
sso_start_url = https://sim.awsapps.com/start
sso_region = us-east-1

[profile dev]
sso_session = corp
sso_account_id = 012345678901
sso_role_name = ReadOnly
`;

/** Puts the program on the machine. */
export async function unpack(machine: Machine): Promise<void> {
  await machine.copyIn(BINARY, UNPACKED);
}

/** Makes it another program that does the same: one byte differs, of those at the head of the file that mean nothing. */
export async function makeNewer(machine: Machine): Promise<void> {
  await machine.sh(`printf '\\001' | dd of=${UNPACKED} bs=1 seek=15 conv=notrunc status=none`);
}

/** Runs `sso-heal` with the words of a shell line, to its end. */
export function heal(machine: Machine, line: string, options: RunOptions = {}): Promise<Ended> {
  return machine.run(`${UNPACKED} ${line}`, options);
}

/** The same for what must end with `code`; all that was said. */
export async function mustHeal(machine: Machine, line: string, options: RunOptions = {}, code = 0): Promise<string> {
  const ended = await heal(machine, line, options);
  const said = ended.stdout + ended.stderr;
  assert.equal(ended.code, code, `sso-heal ${line}: ${said}\n${ended.code === 0 ? "" : await machine.journal()}`);
  return said;
}

/** What the program says of the job: the exit code and `service` of `status --json`, as alice. */
export async function statusOf(
  machine: Machine,
  // deno-lint-ignore no-explicit-any -- a document that the test looks into
): Promise<{ readonly code: number; readonly service: any; readonly codes: readonly string[] }> {
  const { code, stdout, stderr } = await heal(machine, "status --json", { as: "alice" });
  assert.equal(stdout.at(0), "{", stderr);
  const { service } = JSON.parse(stdout);
  return { code, service, codes: (service.hints ?? []).map((hint: { code: string }) => hint.code) };
}

/** The heartbeat of the account with this home. */
export async function beatOf(
  machine: Machine,
  home: string,
): Promise<{ readonly scheduledAt?: string; readonly outcome: string; readonly sandbox?: boolean } | undefined> {
  const text = await machine.read(`${home}/${STATE}/heartbeat`);
  return text === undefined ? undefined : JSON.parse(text);
}

/** What a check writes each time; all else in the home is the work of `install` or of the person. */
const OF_CHECKS = /sso-heal\/(heartbeat|history\.jsonl|metrics\.prom|locks|log)(\/|$)|timers\/stamp-/;

/**
 * Everything that an installation can touch: each file and link by its path, with owner, mode, inode, time of the last
 * change, size and hash of its beginning (the program is large, and its builds differ there).
 */
export async function tracesOn(machine: Machine): Promise<ReadonlyMap<string, string>> {
  const listing = await machine.sh(`
    cd /
    find home srv etc/systemd/system usr/local/bin var/lib/systemd/linger var/spool/cron \\( -type f -o -type l \\) \\
      -printf '%p\\t%u %m |%i %T@| %s %l ' \\( -type f -exec sh -c 'head -c 100000 "$1" | sha256sum' sh {} \\; -o -printf '\\n' \\) 2>/dev/null
    :`);
  const rows = listing.split("\n").filter((line) => line !== "").map((line) => line.split("\t") as [string, string]);
  return new Map(rows.filter(([path]) => !OF_CHECKS.test(path)).sort());
}

/** Paths that one of the two has not, or has otherwise. */
export function differences(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): readonly string[] {
  const paths = [...new Set([...one.keys(), ...other.keys()])].sort();
  return paths.filter((path) => one.get(path) !== other.get(path));
}

/** Without what a rewrite of the same text changes: inode and time. */
export function textsOf(traces: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...traces].map(([path, row]) => [path, row.replace(/\|.*?\|/, "")]));
}

/** Lines of `text` that `other` has not. */
export function newLines(text: string | undefined, other: string | undefined): readonly string[] {
  const known = new Set(other?.split("\n"));
  return (text ?? "").split("\n").filter((line) => !known.has(line));
}

/** Waits for two runs of the timer; nobody else may start one meanwhile. */
export async function waitForTwoRuns(machine: Machine, home: string): Promise<void> {
  const seen = new Set<string | undefined>();
  await machine.waitFor("two runs of the timer", async () => {
    seen.add((await beatOf(machine, home))?.scheduledAt);
    return seen.size >= 3;
  });
}

/** A drop-in for a timer that fires each second. */
export const EACH_SECOND = "[Timer]\nOnCalendar=\nOnCalendar=*:*:*\nRandomizedDelaySec=0\nAccuracySec=1ms\n";

/** Variables that let the program's own clock run so many times as fast: its patience is short then. */
export function hurried(rate = 30): Readonly<Record<string, string>> {
  for (const { name } of Deno.readDirSync("/usr/lib")) {
    const library = `/usr/lib/${name}/faketime/libfaketimeMT.so.1`;
    try {
      if (Deno.statSync(library).isFile) return { LD_PRELOAD: library, FAKETIME: `+0 x${rate}` };
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound) && !(error instanceof Deno.errors.NotADirectory)) throw error;
    }
  }
  throw new Error("There is no libfaketime: apt-get install faketime");
}
