// Proves what becomes of each type of channel: its settings, where it may go, and what keeps it alone from working.
import assert from "node:assert/strict";
import { type FakeSystem, fakeSystem } from "../../tests/support/fake_system.ts";
import { loadConfig } from "../config/config.ts";
import { sendOverHttp } from "../notify/http_channels.ts";
import type { ChannelSettings, Http } from "../notify/protocol.ts";
import { type Channel, channelsOf } from "./channels.ts";

const KEY = "s3cret-of-channel";

/** The channels of our config, which must be without a flaw. */
async function channelsIn(system: FakeSystem, config: string): Promise<Channel[]> {
  system.write(".config/sso-heal/config.ini", config);
  const { config: { channels }, problems } = await loadConfig(system.home);
  assert.deepEqual(problems, []);
  return channelsOf(channels, system);
}

/** The channel of one section. */
async function channelOf(system: FakeSystem, ...lines: string[]): Promise<Channel> {
  const [channel] = await channelsIn(system, ["[notify ops]", ...lines, ""].join("\n"));
  return channel;
}

interface Row {
  readonly name: string;
  readonly lines: readonly string[];
  readonly settings: ChannelSettings;
  readonly hosts?: readonly string[];
  readonly program?: string;
  readonly bot?: true;
}

const MAIL = { from: "builder@buildhost", to: ["ops@example.com"] } as const;

const ROWS: readonly Row[] = [
  {
    name: "telegram",
    lines: ["type = telegram", `token = 1:${KEY}`, "chat_id = 5"],
    settings: {
      type: "telegram",
      token: `1:${KEY}`,
      chat_id: "5",
      url: "https://api.telegram.org",
      commands: false,
      allowed_users: [],
    },
    hosts: ["api.telegram.org:443"],
  },
  {
    name: "telegram with commands and a server of one's own",
    lines: [
      "type = telegram",
      `token = 1:${KEY}`,
      "chat_id = -100",
      "url = https://bots.example.com:8443/",
      "commands = on",
      "allowed_users = 7, 8",
    ],
    settings: {
      type: "telegram",
      token: `1:${KEY}`,
      chat_id: "-100",
      url: "https://bots.example.com:8443",
      commands: true,
      allowed_users: ["7", "8"],
    },
    hosts: ["bots.example.com:8443"],
    bot: true,
  },
  {
    name: "slack by a webhook",
    lines: ["type = slack", `webhook_url = https://hooks.slack.com/services/${KEY}`],
    settings: { type: "slack", webhook_url: `https://hooks.slack.com/services/${KEY}` },
    hosts: ["hooks.slack.com:443"],
  },
  {
    name: "slack by a bot",
    lines: ["type = slack", `token = ${KEY}`, "channel = C1"],
    settings: { type: "slack", token: KEY, channel: "C1", url: "https://slack.com/api" },
    hosts: ["slack.com:443"],
  },
  {
    name: "discord",
    lines: ["type = discord", `webhook_url = https://discord.com/api/webhooks/1/${KEY}`],
    settings: { type: "discord", webhook_url: `https://discord.com/api/webhooks/1/${KEY}` },
    hosts: ["discord.com:443"],
  },
  {
    name: "teams",
    lines: ["type = teams", `webhook_url = https://x.webhook.office.com/${KEY}`],
    settings: { type: "teams", webhook_url: `https://x.webhook.office.com/${KEY}` },
    hosts: ["x.webhook.office.com:443"],
  },
  {
    name: "ntfy",
    lines: ["type = ntfy", `url = https://ntfy.sh/${KEY}`],
    settings: { type: "ntfy", url: `https://ntfy.sh/${KEY}` },
    hosts: ["ntfy.sh:443"],
  },
  {
    name: "webhook on this machine, with headers and a signature",
    lines: [
      "type = webhook",
      "url = http://127.0.0.1:8080/hook",
      "header.Authorization = env:AUTH",
      `secret = ${KEY}`,
    ],
    settings: {
      type: "webhook",
      url: "http://127.0.0.1:8080/hook",
      headers: { Authorization: `Bearer ${KEY}` },
      secret: KEY,
    },
    hosts: ["127.0.0.1:8080"],
  },
  {
    name: "webhook at an address of IPv6, without more",
    lines: ["type = webhook", "url = https://[2001:db8::1]/hook"],
    settings: { type: "webhook", url: "https://[2001:db8::1]/hook", headers: {} },
    hosts: ["[2001:db8::1]:443"],
  },
  {
    name: "mail over TLS, with a user who is an address",
    lines: [
      "type = email",
      "server = smtps://me%40example.com@smtp.example.com",
      "password = env:KEY",
      "to = a@b, c@d",
    ],
    settings: {
      type: "email",
      server: { protocol: "smtps:", host: "smtp.example.com", port: 465 },
      user: "me@example.com",
      password: KEY,
      from: "me@example.com",
      to: ["a@b", "c@d"],
    },
    hosts: ["smtp.example.com:465"],
  },
  {
    name: "mail with the password in the address",
    lines: ["type = email", `server = smtp://me:${KEY}%25@smtp.example.com:2525`, "to = ops@example.com"],
    settings: {
      type: "email",
      server: { protocol: "smtp:", host: "smtp.example.com", port: 2525 },
      user: "me",
      password: `${KEY}%`,
      from: "sso-heal@smtp.example.com",
      to: ["ops@example.com"],
    },
    hosts: ["smtp.example.com:2525"],
  },
  {
    name: "mail without a login",
    lines: ["type = email", "server = smtp://localhost", "to = ops@example.com"],
    settings: {
      type: "email",
      server: { protocol: "smtp:", host: "localhost", port: 587 },
      from: "sso-heal@buildhost",
      to: ["ops@example.com"],
    },
    hosts: ["localhost:587"],
  },
  {
    name: "mail by sendmail",
    lines: ["type = email", "server = sendmail:/usr/sbin/sendmail", "to = ops@example.com"],
    settings: { type: "sendmail", path: "/usr/sbin/sendmail", ...MAIL },
    program: "/usr/sbin/sendmail",
  },
  {
    name: "desktop",
    lines: ["type = desktop"],
    settings: { type: "desktop", path: "/usr/bin/notify-send" },
    program: "/usr/bin/notify-send",
  },
  {
    name: "command",
    lines: ["type = command", 'run = ["/usr/local/bin/alert", "--quiet"]'],
    settings: { type: "command", run: ["/usr/local/bin/alert", "--quiet"] },
    program: "/usr/local/bin/alert",
  },
];

/** A request goes to the place that the service's own documentation names. */
const REQUESTS: readonly (readonly [type: "telegram" | "slack" | "ntfy", lines: readonly string[], url: string])[] = [
  ["telegram", ["token = 1:a", "chat_id = 5"], "https://api.telegram.org/bot1:a/sendMessage"],
  ["slack", ["token = a", "channel = C1"], "https://slack.com/api/chat.postMessage"],
  [
    "slack",
    ["token = a", "channel = C1", "url = https://slack-gov.com/api/"],
    "https://slack-gov.com/api/chat.postMessage",
  ],
  ["ntfy", ["url = https://ntfy.sh/topic"], "https://ntfy.sh/"],
];

for (const [type, lines, url] of REQUESTS) {
  Deno.test(`channelsOf() leads ${type} with ${lines.at(-1)?.split(" ")[0]} to ${url}`, async () => {
    await using system = await fakeSystem();
    const { settings } = await channelOf(system, `type = ${type}`, ...lines);
    const message = { event: "test", host: "h", user: "u", now: 0 } as const;
    const asked: string[] = [];
    const http: Http = (request) => (asked.push(request.url), Promise.resolve({ status: 500, headers: {}, body: "" }));
    await sendOverHttp(http, JSON.parse(settings?.reveal() ?? ""), { id: "d-1", message });
    assert.deepEqual(asked, [url]);
  });
}

Deno.test("channelsOf() finds a program below the home, and leaves its arguments as they are", async () => {
  await using system = await fakeSystem();
  const { settings, program } = await channelOf(system, "type = command", 'run = ["~/bin/alert", "~/x"]');
  assert.equal(program, `${system.home}/bin/alert`);
  assert.deepEqual(JSON.parse(settings?.reveal() ?? "").run, [`${system.home}/bin/alert`, "~/x"]);
});

for (const { name, lines, settings, hosts = [], program, bot = false } of ROWS) {
  Deno.test(`channelsOf() makes ready: ${name}`, async () => {
    await using system = await fakeSystem({ KEY, AUTH: `Bearer ${KEY}` });
    const channel = await channelOf(system, ...lines);
    assert.deepEqual(JSON.parse(channel.settings?.reveal() ?? "null"), settings);
    const { type, failure } = channel;
    const { type: wanted } = settings;
    assert.deepEqual({ type, hosts: channel.hosts, program: channel.program, bot: channel.bot, failure }, {
      ...{ type: wanted, hosts, program, bot, failure: undefined },
    });
    assert.ok(!Deno.inspect(channel).includes(KEY) && !JSON.stringify(channel).includes(KEY));
  });
}

Deno.test("channelsOf() knows the program of macOS", async () => {
  await using system = await fakeSystem();
  const { program } = await channelOf({ ...system, os: "darwin" }, "type = desktop");
  assert.equal(program, "/usr/bin/osascript");
});

Deno.test("channelsOf() keeps the order of the config, and what each channel wants to know", async () => {
  await using system = await fakeSystem();
  const channels = await channelsIn(
    system,
    "[notify b]\ntype = desktop\nevents = healed, broken\n[notify a]\ntype = desktop\nsessions = prod-*\n",
  );
  assert.deepEqual(channels.map(({ name, events, sessions }) => [name, events, sessions]), [
    ["b", ["healed", "broken"], undefined],
    ["a", undefined, ["prod-*"]],
  ]);
});

const ADDRESSES: readonly [sentence: string, address: string, failure: RegExp][] = [
  ["no address", "what is this", /^its address is not a web address/],
  ["an address of another kind", "mailto:ops@example.com", /^its address is not a web address/],
  ["an address without encryption", `http://hooks.example.com/${KEY}`, /^its address would send without encryption/],
];

for (const [sentence, address, failure] of ADDRESSES) {
  Deno.test(`channelsOf() refuses ${sentence}, also when it was looked up`, async () => {
    await using system = await fakeSystem({ URL: address });
    for (const [type, key] of [["webhook", "url"], ["discord", "webhook_url"], ["ntfy", "url"]]) {
      const channel = await channelOf(system, `type = ${type}`, `${key} = env:URL`);
      assert.match(channel.failure ?? "", failure);
      assert.doesNotMatch(channel.failure ?? "", new RegExp(`example|${KEY}`));
      assert.deepEqual([channel.settings, channel.hosts], [undefined, []]);
    }
  });
}

Deno.test("channelsOf() refuses an address without a topic, also when it was looked up", async () => {
  await using system = await fakeSystem({ URL: "https://ntfy.sh/%E0%A4%A" });
  const { failure } = await channelOf(system, "type = ntfy", "url = env:URL");
  assert.match(failure ?? "", /^url: it names no topic/);
});

Deno.test("channelsOf() makes every fault the failure of the channel alone, in words of ours", () => {
  const values = { server: `not an address: ${KEY}`, to: ["a@b"] };
  const here = { home: "/home/me", env: {}, host: "buildhost", user: "builder", os: "linux" } as const;
  const mail = { name: "mail", type: "email", values, headers: {} } as const;
  const broken = { name: "x", values: {}, headers: {}, failure: "see the config problem in line 3" } as const;
  const desktop = { name: "good", type: "desktop", values: {}, headers: {} } as const;
  const channels = channelsOf([mail, broken, desktop], here);
  assert.deepEqual(channels.map(({ name, type, failure }) => [name, type, failure]), [
    ["mail", "email", "a fault of sso-heal itself (TypeError)"],
    ["x", undefined, "see the config problem in line 3"],
    ["good", "desktop", undefined],
  ]);
});

Deno.test("channelsOf() says so when the address of a mail server is not written as one", async () => {
  await using system = await fakeSystem();
  const rows = [`smtp://me:${KEY}%@smtp.example.com`, "smtps://50%off@smtp.example.com"];
  for (const server of rows) {
    const { failure } = await channelOf(system, "type = email", `server = ${server}`, "to = ops@example.com");
    assert.equal(failure, 'server: write a "%" in the user name or the password as %25');
  }
});

Deno.test("channelsOf() lets a channel that fails stop no other", async () => {
  await using system = await fakeSystem();
  const channels = await channelsIn(system, "[notify a]\ntype = ntfy\nurl = env:NONE\n[notify b]\ntype = desktop\n");
  assert.deepEqual(channels.map(({ name, failure }) => [name, failure === undefined]), [["a", false], ["b", true]]);
});
