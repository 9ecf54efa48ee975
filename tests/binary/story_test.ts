// The whole story on the compiled program: AWS ends the session at night, somebody is asked once, and it heals itself.
import assert from "node:assert/strict";
import { needs } from "./support/requirement.ts";
import { said } from "./support/scene.ts";
import { sideBySide } from "./support/side_by_side.ts";
import { until } from "./support/until.ts";
import { endOf } from "./support/fast_clock.ts";
import { MINUTE, SECOND, type Story, tellStory } from "./support/story.ts";

/** Nine minutes of a scheduled check are 14 seconds, and its time-out of ten seconds a quarter of one. */
const RATE = 40;
/** Not quite ten minutes: links would run out just when a check starts, which takes so many times as long here. */
const EVERY = 9 * MINUTE + 45 * SECOND;
const RUNS = 5;
/** Somebody must be there at minute 47 of an outage that begins late: see {@link askOnceAndHeal}. */
const LAST = ["--wait-approval", "15m"];

/** Looks all the time whether the link in the chat can be approved. */
class LinkWatch {
  samples = 0;
  /** How long the message showed a link that was no use, milliseconds of the clock: in all, and at one time. */
  deadMs = 0;
  longestGapMs = 0;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor({ clock, aws, telegram }: Story) {
    let goodAt = Infinity;
    let before = Infinity;
    this.#timer = setInterval(() => {
      const link = telegram.shownLink();
      if (link === undefined) return;
      const now = clock.now();
      this.samples++;
      if (aws.pendingCodes().includes(link.userCode)) goodAt = now;
      else {
        this.deadMs += Math.max(0, now - before);
        this.longestGapMs = Math.max(this.longestGapMs, now - goodAt);
      }
      before = now;
    }, 10);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

async function askOnceAndHeal(): Promise<void> {
  await using story = await tellStory({ rate: RATE });
  const { clock, start, aws, home, hook, telegram } = story;
  const links = new LinkWatch(story);
  try {
    for (let run = 0; run < RUNS; run++) {
      clock.set(start + run * EVERY);
      const child = endOf(clock.start(home, ["check", "--scheduled", ...run === RUNS - 1 ? LAST : []]));
      if (run === 2) {
        await clock.until(start + run * EVERY + 3 * MINUTE);
        await assertStatusShowsTheLink(story);
      }
      if (run === RUNS - 1) {
        // The work of the machine takes so long here that the outage begins late.
        const [{ downSince }] = JSON.parse(home.read(".local/state/sso-heal/alerts.json")).incidents;
        await clock.until(Date.parse(downSince) + 47 * MINUTE);
        links.stop();
        await approveAndSeeItTaken(story, child);
      }
      const ended = await child;
      assert.equal(ended.code, run === RUNS - 1 ? 0 : 4, said(ended));
    }
  } finally {
    links.stop();
  }
  assert.ok(links.samples > 1000, `${links.samples} samples`);
  // Usually 3 to 6 s, of which nearly all is the work of the machine: it takes forty times as long here.
  assert.ok(links.deadMs < 2 * MINUTE, `dead links were shown for ${links.deadMs / SECOND} s in all`);
  assert.ok(links.longestGapMs < MINUTE, `a dead link was shown for ${links.longestGapMs / SECOND} s`);
  assert.deepEqual(hook.events(), ["login-needed", "healed"]);
  assert.match(`${hook.told[1].body.text}`, /works again after 47 min/);
  const [alarm, healed] = telegram.titles();
  assert.equal(telegram.chat.length, 2);
  assert.match(alarm, /works again after 47 min/, "the alarm was changed");
  assert.match(healed, /works again after 47 min/);
  assert.equal(telegram.shownLink(), undefined);
  assert.equal(aws.count("StartDeviceAuthorization"), RUNS, "one link after the other");
  assert.equal(aws.count("RegisterClient"), 1);
}

/** At any moment but that of a change `status` on the host shows the code of the message. */
async function assertStatusShowsTheLink({ clock, home, telegram }: Story): Promise<void> {
  let text = "";
  for (let time = 0; time < 10; time++) {
    const userCode = telegram.shownLink()?.userCode ?? "none";
    text = (await endOf(clock.start(home, ["status"]))).out;
    if (text.includes(userCode)) return;
  }
  assert.fail(`status shows another code than the message:\n${text}`);
}

/** The tap on the phone: by the very link that the message shows. The next question to AWS brings the token. */
async function approveAndSeeItTaken({ aws, telegram, clock }: Story, check: Promise<unknown>): Promise<void> {
  const asked = aws.count("CreateToken");
  const approvedAt = clock.now();
  const page = await fetch(telegram.shownLink()?.url ?? "");
  assert.equal(page.status, 200, await page.text());
  await until(() => aws.count("GetCallerIdentity") > 0, [check]);
  const polls = aws.requests.filter(({ operation }) => operation === "CreateToken").slice(asked);
  assert.deepEqual(polls.map(({ error }) => error), [undefined], "taken with the next question");
  assert.ok(polls[0].at - approvedAt < 30 * SECOND, "the next question comes after an interval");
}

/** The moments at which the first check is killed, by what it has done so far. */
const DEATHS: readonly { readonly name: string; readonly isNow: (story: Story) => boolean }[] = [
  { name: "a link was opened", isNow: ({ aws }) => aws.count("StartDeviceAuthorization") > 0 },
  { name: "the alarm has arrived", isNow: hasAlarmed },
  { name: "it has asked twice", isNow: ({ aws }) => aws.count("CreateToken") > 2 },
];

/** On both channels. */
function hasAlarmed({ hook, telegram }: Story): boolean {
  return hook.told.length + telegram.chat.length >= 2;
}

/**
 * The first check is killed at that moment, the others at any once the alarm has arrived. (Killed just before, it counts
 * as sent, and the reminder makes up for it.)
 */
async function dieAndHeal(first: typeof DEATHS[number]): Promise<void> {
  await using story = await tellStory();
  const { clock, start, aws, home, hook, telegram } = story;
  // Nobody knows yet that it has.
  hook.onTold = telegram.onTold = () => new Promise((resolve) => setTimeout(resolve, 50));
  for (const [run, isNow] of [first.isNow, ...Array.from({ length: 3 }, atAnyMoment)].entries()) {
    clock.set(start + run * EVERY);
    const child = clock.start(home, ["check", "--scheduled"]);
    await killOnce(child, () => isNow(story));
  }
  clock.set(start + 46 * MINUTE);
  await story.check(4);
  aws.approve();
  clock.set(start + 47 * MINUTE);
  await story.check(0);
  const alarms = hook.events().filter((event) => event === "login-needed");
  assert.equal(alarms.length, 1);
  assert.equal(hook.events().at(-1), "healed");
  assert.match(`${hook.told.at(-1)?.body.text}`, /after 47 min/);
  assert.equal(telegram.titles().length, 2, telegram.titles().join("\n"));
}

/** AWS has handed the token out, and nobody has it: only another link helps. */
async function dieOverTheToken(): Promise<void> {
  await using story = await tellStory();
  const { clock, aws, home, hook, telegram } = story;
  await story.check(4);
  aws.approve();
  clock.pass(10 * SECOND);
  aws.settings.latencyMs = 200;
  const child = clock.start(home, ["check", "--scheduled"]);
  await killOnce(child, () => aws.requests.some((one) => one.operation === "CreateToken" && one.error === undefined));
  aws.settings.latencyMs = 0;
  clock.pass(MINUTE);
  await story.check(4);
  const page = await fetch(telegram.shownLink()?.url ?? "");
  assert.equal(page.status, 200, await page.text());
  clock.pass(MINUTE);
  await story.check(0);
  assert.deepEqual(hook.events(), ["login-needed", "healed"]);
  assert.equal(telegram.chat.length, 2);
}

async function killOnce(child: Deno.ChildProcess, isNow: () => boolean): Promise<void> {
  const output = child.output();
  assert.ok(await until(isNow, [output]), "it has ended before");
  child.kill("SIGKILL");
  assert.equal((await output).signal, "SIGKILL");
}

function atAnyMoment(): (story: Story) => boolean {
  let at: number | undefined;
  return (story) => {
    if (hasAlarmed(story)) at ??= performance.now() + Math.random() * 300;
    return at !== undefined && performance.now() >= at;
  };
}

const STORIES: readonly { readonly name: string; readonly tell: () => Promise<void> }[] = [
  {
    name: "five runs in 50 minutes ask once; the link in the message works, and its approval heals",
    tell: askOnceAndHeal,
  },
  { name: "a check is killed over the token that AWS has just handed out", tell: dieOverTheToken },
  ...DEATHS.map((death) => ({
    name: `every run is killed, the first one after ${death.name}`,
    tell: () => dieAndHeal(death),
  })),
];

Deno.test({
  name: "a session that AWS has ended",
  ...needs("stories with a clock of their own", "faketime"),
  async fn(t) {
    await sideBySide(t, STORIES, ({ tell }) => tell());
  },
});
