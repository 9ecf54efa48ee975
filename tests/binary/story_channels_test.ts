// Channels that fail one after the other while AWS needs a person: nothing is lost, nothing said twice, and the check
// does not mind.
import assert from "node:assert/strict";
import { type SmtpServer, startSmtpServer } from "../support/smtp_server.ts";
import { needs } from "./support/requirement.ts";
import { sideBySide } from "./support/side_by_side.ts";
import { MINUTE, type Story, tellStory } from "./support/story.ts";

const EVERY = 10 * MINUTE;
const CHAIN = ["hook", "mail", "ops"] as const;
type Name = typeof CHAIN[number];

/** The three channels, each of which can be out of order. */
class Channels {
  readonly story: Story;
  readonly #mail: SmtpServer;

  constructor(story: Story, mail: SmtpServer) {
    this.story = story;
    this.#mail = mail;
  }

  /** From now on these are out of order, each in its own way, and the others are not. */
  breakDown(broken: readonly Name[], telegram: "429" | "502" = "429"): void {
    const { hook, telegram: ops, home } = this.story;
    hook.status = broken.includes("hook") ? 500 : 200;
    ops.failing = !broken.includes("ops")
      ? undefined
      : telegram === "429"
      ? { status: 429, retryAfterS: 120 }
      : { status: 502 };
    // Nobody listens on port 1.
    const port = broken.includes("mail") ? 1 : this.#mail.port;
    home.write(CONFIG, home.read(CONFIG).replace(/smtp:.*:\d+/, `smtp://127.0.0.1:${port}`));
  }

  /** The events that each has told so far. */
  told(): Record<Name, readonly string[]> {
    const { hook, telegram } = this.story;
    return {
      hook: hook.events(),
      // A mail is named after what it says, so that a second copy can be recognised.
      mail: this.#mail.mails.map(({ content }) => /Message-ID: <[^>]*(login-needed|healed)/.exec(content)?.[1] ?? ""),
      ops: telegram.sent,
    };
  }
}

const CONFIG = ".config/sso-heal/config.ini";

async function withChannels(alerts: string, tell: (channels: Channels) => Promise<void>): Promise<void> {
  const mail = startSmtpServer({ tls: "none" });
  try {
    const section = `[notify mail]\ntype = email\nserver = smtp://127.0.0.1:${mail.port}\nto = ops@example.com\n`;
    await using story = await tellStory({ config: `${alerts}\n${section}` });
    await tell(new Channels(story, mail));
  } finally {
    await mail.stop();
  }
}

/** Without `fallback` each channel is on its own. */
async function eachOnItsOwn(channels: Channels): Promise<void> {
  const { clock, aws, hook } = channels.story;
  const next = async (code: number, broken: readonly Name[], telegram?: "429" | "502") => {
    channels.breakDown(broken, telegram);
    await channels.story.check(code);
    clock.pass(EVERY);
  };
  await next(4, CHAIN);
  assert.deepEqual(channels.told(), { hook: [], mail: [], ops: [] });
  await next(4, ["mail", "ops"], "502");
  assert.deepEqual(channels.told(), { hook: ["login-needed"], mail: [], ops: [] });
  await next(4, ["ops"], "429");
  assert.deepEqual(channels.told(), { hook: ["login-needed"], mail: ["login-needed"], ops: [] });
  await next(4, []);
  assert.deepEqual(channels.told(), { hook: ["login-needed"], mail: ["login-needed"], ops: ["login-needed"] });
  const deliveries = [...hook.refused, ...hook.told].map(({ headers }) => headers.get("x-sso-heal-delivery"));
  assert.equal(deliveries.length, 2);
  assert.equal(deliveries[0], deliveries[1], "a retry can be told from a second message");

  await channels.story.check(4);
  aws.approve();
  clock.pass(MINUTE);
  await next(0, ["hook", "ops"], "502");
  assert.deepEqual(channels.told().mail, ["login-needed", "healed"]);
  await next(0, ["hook"]);
  await next(0, []);
  const both = ["login-needed", "healed"];
  assert.deepEqual(channels.told(), { hook: both, mail: both, ops: both });
  await next(0, []);
  assert.deepEqual(channels.told(), { hook: both, mail: both, ops: both });
}

interface FallbackRow {
  readonly name: string;
  /** Out of order in the runs before the approval, run by run. */
  readonly broken: readonly (readonly Name[])[];
  readonly alarm: Name;
  /** Out of order when it heals. */
  readonly brokenThen: readonly Name[];
  readonly healed: Name;
}

const FALLBACK: readonly FallbackRow[] = [
  { name: "all work", broken: [[]], alarm: "hook", brokenThen: [], healed: "hook" },
  { name: "the webhook fails", broken: [["hook"], []], alarm: "mail", brokenThen: [], healed: "mail" },
  { name: "the mail server is down too", broken: [["hook", "mail"], []], alarm: "ops", brokenThen: [], healed: "ops" },
  { name: "all fail at first", broken: [CHAIN, ["hook"], []], alarm: "mail", brokenThen: [], healed: "mail" },
  { name: "all fail for long", broken: [CHAIN, CHAIN, CHAIN, []], alarm: "hook", brokenThen: [], healed: "hook" },
  { name: "who told fails then", broken: [["hook"], []], alarm: "mail", brokenThen: ["mail"], healed: "hook" },
  { name: "two fail then", broken: [[]], alarm: "hook", brokenThen: ["hook", "mail"], healed: "ops" },
];

async function oneAfterTheOther(channels: Channels, row: FallbackRow): Promise<void> {
  const { clock, aws } = channels.story;
  for (const [run, broken] of row.broken.entries()) {
    channels.breakDown(broken, run % 2 === 0 ? "429" : "502");
    await channels.story.check(4);
    // The service may have asked for more patience, and each round of failures takes longer.
    clock.pass(EVERY);
  }
  await channels.story.check(4);
  assert.deepEqual(channels.told(), { hook: [], mail: [], ops: [], [row.alarm]: ["login-needed"] });
  channels.breakDown(row.brokenThen);
  aws.approve();
  clock.pass(MINUTE);
  await channels.story.check(0);
  clock.pass(EVERY);
  await channels.story.check(0);
  const told = Object.entries(channels.told()).flatMap(([name, events]) => events.map((event) => [name, event]));
  assert.deepEqual(told.sort(), [[row.alarm, "login-needed"], [row.healed, "healed"]].sort());
}

Deno.test({
  name: "messages get through channels that fail",
  ...needs("stories with a clock of their own", "faketime"),
  async fn(t) {
    const rows = [
      { name: "each channel by itself, as soon as it works", tell: () => withChannels("", eachOnItsOwn) },
      ...FALLBACK.map((row) => ({
        name: `fallback: ${row.name}`,
        tell: () =>
          withChannels(`[alerts]\nfallback = ${CHAIN.join(", ")}\n`, (channels) => oneAfterTheOther(channels, row)),
      })),
    ];
    await sideBySide(t, rows, ({ tell }) => tell());
  },
});
