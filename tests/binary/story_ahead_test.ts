// Approving ahead of time: the program has learned how long a session lives, warns before its end, and nothing stops.
import assert from "node:assert/strict";
import { needs } from "./support/requirement.ts";
import { said } from "./support/scene.ts";
import { sideBySide } from "./support/side_by_side.ts";
import { endOf } from "./support/fast_clock.ts";
import { MINUTE, type Story, tellStory } from "./support/story.ts";

const HOUR = 60 * MINUTE;
/** The checks here do not wait: a link outlives the pause between two of them. */
const EVERY_MINUTES = 9;
/** In New Zealand it is day when it is night here, and in June twelve hours later than UTC. */
const CONFIG = "[alerts]\nwarn_before = 2h\ntimezone = Pacific/Auckland\n";
const LOCAL_MIDNIGHT = Date.UTC(2026, 5, 10, 12);

interface Row {
  readonly name: string;
  /** Hours after midnight there. */
  readonly start: number;
  /** Between which hours after the same midnight the warning must come. */
  readonly warned: readonly [from: number, to: number];
}

/** The first session lives for 8 hours from the start, is signed in to again within half an hour, and lives as long. */
const ROWS: readonly Row[] = [
  { name: "two hours before the end", start: 0, warned: [14, 15.5] },
  { name: "not before it is day, where the person is", start: -7, warned: [8, 8.2] },
];

/** The first session to its end, from which the program learns. Answers with the second one signed in to. */
async function liveOnce(story: Story): Promise<void> {
  const { clock, aws } = story;
  const signIn = async () => {
    aws.approve();
    clock.pass(MINUTE);
    await story.check(0);
  };
  await story.check(4);
  await signIn();
  const { id } = aws.session();
  while (aws.pendingCodes().length === 0) {
    clock.pass(2 * EVERY_MINUTES * MINUTE);
    await story.check([0, 4]);
  }
  assert.ok(clock.now() > aws.session(id).endsAt);
  await signIn();
  assert.notEqual(aws.session().id, id);
}

/** Whether the token on the disk gets credentials of AWS at this moment, as any client would find out. */
async function works(story: Story): Promise<boolean> {
  const { accessToken } = JSON.parse(story.token());
  const response = await fetch(`${story.aws.url}/federation/credentials?account_id=012345678901&role_name=ReadOnly`, {
    headers: { "x-amz-sso_bearer_token": accessToken },
  });
  await response.body?.cancel();
  return response.ok;
}

async function approveAhead({ start, warned: [from, to] }: Row): Promise<void> {
  await using story = await tellStory({ config: CONFIG, start: LOCAL_MIDNIGHT + start * HOUR });
  const { clock, aws, home, hook, telegram } = story;
  await liveOnce(story);
  const second = aws.session();
  const soFar = hook.events().length;
  let warnedAt: number | undefined;
  while (clock.now() < second.endsAt + 2 * HOUR) {
    for (let minute = 0; minute < EVERY_MINUTES; minute++) {
      clock.pass(MINUTE);
      assert.ok(await works(story), `an outage at ${new Date(clock.now()).toISOString()}`);
    }
    const running = endOf(clock.start(home, ["check", "--scheduled", "--wait-approval", "0"]));
    let isOver = false;
    running.finally(() => isOver = true);
    // In the middle of it, too: the token is replaced only when the new one works.
    while (!isOver) assert.ok(await works(story), "an outage while it is replaced");
    const ended = await running;
    clock.pass(0);
    assert.equal(ended.code, 0, said(ended));
    if (warnedAt === undefined && hook.told.length > soFar) {
      warnedAt = clock.now();
      const page = await fetch(telegram.shownLink()?.url ?? "");
      assert.equal(page.status, 200, await page.text());
    }
  }
  assert.deepEqual(hook.events().slice(soFar), ["login-soon", "healed"]);
  const { at, body } = hook.told[soFar];
  const hours = (at - LOCAL_MIDNIGHT) / HOUR;
  assert.ok(hours >= from && hours <= to, `warned at ${hours} h`);
  assert.match(`${body.text}`, /sign-in ends in about .*tap to renew it early/);
  assert.match(`${hook.told[soFar + 1].body.text}`, /Downtime: none/);
  assert.notEqual(aws.session().id, second.id);
  assert.equal(aws.requests.filter(({ error }) => error === "InvalidGrantException").length, 2);
}

Deno.test({
  name: "a session whose end is expected is approved ahead, without an outage",
  ...needs("stories with a clock of their own", "faketime"),
  async fn(t) {
    await sideBySide(t, ROWS, approveAhead);
  },
});
