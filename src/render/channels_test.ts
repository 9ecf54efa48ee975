// Tests of what `notify` says about channels.
import assert from "node:assert/strict";
import type { ChannelList, TriedChannel } from "../domain/report.ts";
import { width } from "./cells.ts";
import { channelsJson, formatChannels, formatTried, triedJson } from "./channels.ts";

const SCREEN = { columns: 80, colour: false, now: Date.UTC(2026, 10, 20, 10), home: "/home/me" };
const NARROW = { ...SCREEN, columns: 40 };

const FAILURE = 'token: cannot read "/home/me/.config/sso-heal/telegram.token": there is no such file';
const LIST: ChannelList = {
  channels: [
    { name: "ops", type: "telegram", fallback: 1, failure: FAILURE },
    { name: "mail-to-the-night-shift", type: "email", events: ["login-needed", "broken"], fallback: 2 },
    { name: "hook", type: "webhook", sessions: ["prod-*"] },
  ],
  problems: [],
  warnings: [],
};
const NONE: ChannelList = { channels: [], problems: [], warnings: [] };
const PROBLEM = {
  code: "Config",
  message: "[notify x]: it has no type",
  hint: "add one: telegram",
  file: "/f",
  line: 3,
};

Deno.test("formatChannels() shows every channel, then why one cannot be used", () => {
  assert.deepEqual(formatChannels(LIST, SCREEN).split("\n"), [
    "CHANNEL                  TYPE      EVENTS                SESSIONS  FALLBACK",
    "ops                      telegram  all                   all       1",
    "mail-to-the-night-shift  email     login-needed, broken  all       2",
    "hook                     webhook   all                   prod-*",
    "",
    '✗ ops: token: cannot read "/home/me/.config/sso-heal/telegram.token": there is',
    "  no such file",
    "",
  ]);
});

Deno.test("formatChannels() cuts what can be cut where the screen is narrow", () => {
  const text = formatChannels(LIST, { ...SCREEN, columns: 54 });
  assert.deepEqual(text.split("\n").slice(0, 4), [
    "CHANNEL       TYPE      EVENTS      SESSIONS  FALLBACK",
    "ops           telegram  all         all       1",
    "mail-to-the…  email     login-nee…  all       2",
    "hook          webhook   all         prod-*",
  ]);
});

Deno.test("formatChannels() gives each channel lines of its own where no table fits", () => {
  assert.deepEqual(formatChannels(LIST, NARROW).split("\n"), [
    "ops",
    "  type: telegram",
    "  events: all",
    "  sessions: all",
    "  fallback: 1",
    "mail-to-the-night-shift",
    "  type: email",
    "  events: login-needed, broken",
    "  sessions: all",
    "  fallback: 2",
    "hook",
    "  type: webhook",
    "  events: all",
    "  sessions: prod-*",
    "",
    "✗ ops: token: cannot read",
    '  "/home/me/.config/sso-heal/telegram.token":',
    "  there is no such file",
    "",
  ]);
  for (let columns = 40; columns < 80; columns++) {
    const lines = formatChannels({ ...LIST, channels: LIST.channels.slice(1) }, { ...SCREEN, columns }).split("\n");
    assert.ok(lines.every((line) => width(line) <= columns), `${columns}`);
  }
});

Deno.test("formatChannels() says how to get a channel where there is none", () => {
  assert.equal(
    formatChannels(NONE, SCREEN),
    "No channel: nobody is told when a person must sign in.\n" +
      "→ add a section [notify NAME] to ~/.config/sso-heal/config.ini\n",
  );
});

Deno.test("formatChannels() begins with what is wrong with the config", () => {
  const text = formatChannels({ ...LIST, problems: [PROBLEM] }, SCREEN);
  assert.match(text, /^✗ \/f:3: \[notify x\]: it has no type\n {2}→ add one: telegram\n\nCHANNEL/);
});

Deno.test("formatChannels() keeps hostile words from the terminal", () => {
  const hostile = "\x1b]0;owned\x07\u202e\x9b2J";
  const channel = { name: hostile, type: "webhook", sessions: [hostile], events: [hostile], failure: hostile };
  const text = formatChannels({ ...NONE, channels: [channel] }, SCREEN) +
    formatTried([{ name: hostile, type: "webhook", ok: false, error: hostile }], SCREEN);
  assert.doesNotMatch(text.replaceAll("\n", ""), /[\p{Cc}\u202e]/u);
});

const TRIED: readonly TriedChannel[] = [
  { name: "ops", type: "telegram", ok: true },
  { name: "mail", type: "email", ok: false, error: "ConnectionRefused: connection refused by the mail server" },
  { name: "hook", type: "webhook", ok: false },
];

Deno.test("formatTried() says of each channel whether the message was sent, and why not", () => {
  assert.equal(
    formatTried(TRIED, SCREEN),
    "✓ ops: sent\n✗ mail: ConnectionRefused: connection refused by the mail server\n✗ hook: not sent\n",
  );
  for (const line of formatTried(TRIED, NARROW).split("\n")) assert.ok(width(line) <= 40, line);
});

Deno.test("formatTried() is coloured on a terminal", () => {
  const [sent, failed] = formatTried(TRIED, { ...SCREEN, colour: true }).split("\n");
  assert.equal(sent, "\x1b[32m✓\x1b[0m ops: sent");
  assert.ok(failed.startsWith("\x1b[31m✗\x1b[0m mail"));
});

Deno.test("channelsJson() has what is known, and leaves out what is not", () => {
  assert.deepEqual(JSON.parse(channelsJson({ ...LIST, problems: [PROBLEM] })), {
    version: 1,
    channels: LIST.channels,
    problems: [PROBLEM],
    warnings: [],
  });
});

Deno.test("triedJson() has one entry a channel", () => {
  assert.deepEqual(JSON.parse(triedJson(TRIED)), { version: 1, channels: TRIED });
});
