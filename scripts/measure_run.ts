// Measures what `run` keeps: its memory over hundreds of checks, by a clock that runs fast.
import { startSimulator } from "../tests/aws/simulator.ts";
import { endOf, FastClock } from "../tests/binary/support/fast_clock.ts";
import { makeHome } from "../tests/binary/support/home.ts";
import { needs } from "../tests/binary/support/requirement.ts";

/** A minute of the program is a tenth of a second: about twice what a check takes. */
const RATE = 600;
const CHECKS = 500;
/** The first ones fill what is filled once. */
const WARM_UP = 100;
/** Of a machine so busy that checks are left out. */
const PATIENCE_MS = 65_000;
const POLL_MS = 100;
/** A child that has ended is waited for within milliseconds, and on a busy machine within some of these looks. */
const LOOKS = 10;
/** No token and no credentials end within the measurement: the program would call AWS, and its time-outs are short. */
const LONG_S = 7 * 86_400;

export interface Kept {
  /** Checks that were made. */
  readonly checks: number;
  /** By so many kilobytes the resident memory of `run` grows with each check; below 0 it shrinks. */
  readonly growthKb: number;
}

/** Undefined, with one line that says why, where no clock can run fast. Throws when `run` misbehaves. */
export async function measureRun(): Promise<Kept | undefined> {
  if (needs("memory of run", "faketime").ignore) return undefined;
  const lives = { accessTokenLifeS: LONG_S, roleLifeS: LONG_S, sessionLifeS: LONG_S };
  await using aws = await startSimulator(lives);
  await using home = await makeHome({ aws });
  home.seed(aws.issueSession({ accessTokenLeftS: LONG_S }));
  const first = await home.run(["check"]);
  if (first.code !== 0) throw new Error(`the first check failed: ${first.out}${first.err}`);

  const clock = new FastClock(RATE);
  const child = clock.start(home, ["run", "--every", "1m"]);
  const ended = endOf(child);
  const samples: [checks: number, kb: number][] = [];
  const giveUpAt = performance.now() + PATIENCE_MS;
  let dead = new Map<string, number>();
  for (let checks = 0; checks < CHECKS && performance.now() < giveUpAt;) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    checks = home.read(".local/state/sso-heal/history.jsonl").split("\n").length - 2;
    if (checks >= WARM_UP) samples.push([checks, residentKb(child.pid)]);
    dead = new Map(deadChildrenOf(child.pid).map((pid) => [pid, (dead.get(pid) ?? 0) + 1]));
    const left = [...dead].find(([, looks]) => looks >= LOOKS);
    if (left !== undefined) throw new Error(`run does not wait for its child ${left[0]}, which has ended`);
  }
  child.kill("SIGTERM");
  const { code, out, err } = await ended;
  // The last check may be under way, and what it is given to end is a matter of milliseconds by this clock.
  if (code !== 0 || !/^(sso-heal: warning: ending while .*\n)?$/.test(err) || out.split("\n").length !== 2) {
    throw new Error(`run said more than its first line, or failed: exit ${code}, ${out}${err}`);
  }
  if (samples.length < 2) throw new Error(`run has made fewer than ${WARM_UP} checks in ${PATIENCE_MS / 1000} s`);
  return { checks: samples[samples.length - 1][0], growthKb: slopeOf(samples) };
}

function residentKb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1]);
}

/** Children that have ended and are not waited for yet. */
function deadChildrenOf(pid: number): readonly string[] {
  const children = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`).trim().split(" ").filter(Boolean);
  return children.filter((child) => {
    try {
      return / Z /.test(Deno.readTextFileSync(`/proc/${child}/stat`));
    } catch {
      // It has been waited for meanwhile.
      return false;
    }
  });
}

/** Of the straight line that is nearest to the points (least squares). */
function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (at: 0 | 1) => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const above = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return above / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}
