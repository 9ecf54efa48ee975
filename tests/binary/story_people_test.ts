// What people do besides approving: they say no, they are somebody else, they sign in at the machine itself.
import assert from "node:assert/strict";
import { needs } from "./support/requirement.ts";
import { documentOf, said } from "./support/scene.ts";
import { sideBySide } from "./support/side_by_side.ts";
import { until } from "./support/until.ts";
import { endOf } from "./support/fast_clock.ts";
import { MINUTE, type Story, tellStory } from "./support/story.ts";

const HOUR = 60 * MINUTE;
const BOB = "bob@example.com";

function lastText({ hook }: Story): string {
  return `${hook.told.at(-1)?.body.text}`;
}

/** Somebody denies: no new link before the next reminder, which is one. */
async function deny(): Promise<void> {
  await using story = await tellStory({ config: "[alerts]\nremind_every = 2h\n" });
  const { clock, start, aws, hook, telegram } = story;
  await story.check(4);
  aws.deny();
  for (let at = 1; at < 120; at += 17) {
    clock.set(start + at * MINUTE);
    const { out } = await story.check(4);
    assert.doesNotMatch(out, /user_code=/);
  }
  assert.equal(aws.count("StartDeviceAuthorization"), 1);
  assert.deepEqual(hook.events(), ["login-needed"]);
  clock.set(start + 2 * HOUR + MINUTE);
  await story.check(4);
  assert.equal(aws.count("StartDeviceAuthorization"), 2);
  assert.deepEqual(hook.events(), ["login-needed", "login-needed"]);
  assert.match(lastText(story), /still waiting, tap to sign in/);
  assert.equal(telegram.shownLink()?.userCode, aws.pendingCodes()[0]);
  aws.approve();
  clock.pass(MINUTE);
  await story.check(0);
  assert.deepEqual(hook.events(), ["login-needed", "login-needed", "healed"]);
}

/** Bob approves, but only Alice may: his sign-in is ended, and the next message says so. */
async function wrongPerson(): Promise<void> {
  await using story = await tellStory({
    config: "[check]\nexpected_user = alice@example.com\n[alerts]\nremind_every = 1h\n",
  });
  const { clock, start, aws, hook, home, telegram } = story;
  const before = story.token();
  await story.check(4);
  aws.approve(undefined, BOB);
  clock.pass(MINUTE);
  await story.check(4);
  assert.equal(story.token(), before, "what Bob approved is not kept");
  assert.equal(aws.count("Logout"), 1);
  assert.deepEqual([...home.texts(".aws/cli/cache").keys()], [], "nor are his credentials");
  assert.deepEqual(hook.events(), ["login-needed"]);
  assert.match(telegram.chat[0].text, /bob@example\.com approved, but expected_user is alice@example\.com/);
  assert.equal(telegram.shownLink()?.userCode, aws.pendingCodes()[0], "the link in the message is the next one");
  clock.set(start + HOUR + MINUTE);
  await story.check(4);
  assert.match(lastText(story), /bob@example\.com approved, but expected_user is alice@example\.com/);
  aws.approve();
  clock.pass(MINUTE);
  await story.check(0);
  assert.match(lastText(story), /works again/);
}

/** Without `expected_user` anybody may, and the healed notice names both. */
async function otherPerson(): Promise<void> {
  await using story = await tellStory();
  const { clock, aws } = story;
  const heal = async (user?: string) => {
    await story.check(4);
    aws.approve(undefined, user);
    clock.pass(MINUTE);
    await story.check(0);
  };
  await heal();
  assert.doesNotMatch(lastText(story), /Approved by/);
  clock.pass(HOUR);
  aws.endSession();
  await heal(BOB);
  assert.match(lastText(story), /Approved by: bob@example\.com \(before: alice@example\.com\)/);
}

/** `login --no-wait` begins what the next check ends. */
async function beginByHand(): Promise<void> {
  await using story = await tellStory();
  const { clock, aws, home, hook } = story;
  const begun = await clock.run(home, ["login", "--no-wait", "--json"]);
  assert.equal(begun.code, 4, said(begun));
  const { version, session, userCode, verificationUriComplete, verificationUri, expiresAt, ...more } = documentOf(
    begun,
  );
  assert.deepEqual({ version, session, more }, { version: 1, session: "corp", more: {} });
  assert.deepEqual(aws.pendingCodes(), [userCode]);
  assert.equal(verificationUriComplete, `${verificationUri}?user_code=${userCode}`);
  assert.ok(Date.parse(`${expiresAt}`) > clock.now());
  aws.approve(`${userCode}`);
  clock.pass(MINUTE);
  await story.check(0);
  assert.equal(aws.count("StartDeviceAuthorization"), 1);
  assert.deepEqual(hook.events(), [], "whoever began it need not be called");
}

/** Somebody signs in at the machine while a scheduled check waits: both have one link, and one token comes of it. */
async function signInBeside(): Promise<void> {
  await using story = await tellStory();
  const { clock, aws, home, hook, telegram } = story;
  const check = endOf(clock.start(home, ["check", "--scheduled"]));
  assert.ok(await until(() => telegram.chat.length > 0, [check]), "nobody was told");
  const login = clock.start(home, ["login"]);
  const reader = login.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let shown = "";
  while (!shown.includes("user_code=")) {
    shown += (await reader.read()).value ?? assert.fail(`login has ended: ${shown}`);
  }
  assert.ok(shown.includes(telegram.shownLink()?.userCode ?? "none"), shown);
  aws.approve();
  while (!(await reader.read()).done);
  await login.stderr.cancel();
  assert.equal((await login.status).code, 0);
  const { code } = await check;
  assert.equal(code, 0);
  assert.equal(aws.count("StartDeviceAuthorization"), 1);
  assert.deepEqual(hook.events(), ["login-needed", "healed"]);
}

/** A timer and three impatient people start a check at the same time: one link, one alarm, one healed notice. */
async function askSideBySide(): Promise<void> {
  await using story = await tellStory();
  const { clock, aws, home, hook, telegram } = story;
  const checks = Array.from(
    { length: 4 },
    () => endOf(clock.start(home, ["check", "--wait-approval", "2m", "--wait-lock", "5m"])),
  );
  await until(() => hook.told.length > 0 && telegram.chat.length > 0, checks);
  aws.approve();
  for (const ended of await Promise.all(checks)) assert.equal(ended.code, 0, said(ended));
  assert.equal(aws.count("StartDeviceAuthorization"), 1);
  assert.deepEqual(hook.events(), ["login-needed", "healed"]);
  assert.deepEqual(telegram.sent, ["login-needed", "healed"]);
}

const STORIES: readonly { readonly name: string; readonly tell: () => Promise<void> }[] = [
  { name: "login finishes what a waiting check has begun", tell: signInBeside },
  { name: "four checks run at once", tell: askSideBySide },
  { name: "somebody denies", tell: deny },
  { name: "somebody approves who must not", tell: wrongPerson },
  { name: "somebody else approves than before", tell: otherPerson },
  { name: "somebody begins a login at the machine and goes away", tell: beginByHand },
];

Deno.test({
  name: "people do as they like",
  ...needs("stories with a clock of their own", "faketime"),
  async fn(t) {
    await sideBySide(t, STORIES, ({ tell }) => tell());
  },
});
