// Proves what each type of channel must have, and that everything wrong with one is named with its line.
import assert from "node:assert/strict";
import { readConfig } from "./read_config.ts";

const ORIGIN = { file: "/home/u/.config/sso-heal/config.ini", mode: 0o100600, home: "/home/u" };

const WHOLE: readonly (readonly [type: string, lines: string])[] = [
  ["telegram", "token = 1:a\nchat_id = 5"],
  ["slack", "webhook_url = https://hooks.slack.com/services/x"],
  ["slack", "token = xoxb-1\nchannel = C1"],
  ["discord", "webhook_url = https://discord.com/api/webhooks/1/x"],
  ["teams", "webhook_url = https://x.logic.azure.com/1"],
  ["ntfy", "url = https://ntfy.sh/topic\ntoken = tk_1"],
  ["email", "server = smtps://u@mail.example:465\npassword = env:P\nto = a@b.example"],
  ["webhook", "url = https://x.example\nsecret = s\nheader.X-Team = ops"],
  ["desktop", "events = login-needed"],
  ["command", 'run = ["/usr/local/bin/alert"]'],
];

for (const [type, lines] of WHOLE) {
  Deno.test(`readConfig() takes a channel of type ${type}: ${lines.split(" ")[0]}`, () => {
    const { config, problems, warnings } = readConfig(`[notify x]\ntype = ${type}\n${lines}\n`, ORIGIN);
    assert.deepEqual([problems, warnings], [[], []]);
    assert.deepEqual(config.channels.map(({ name, type }) => [name, type]), [["x", type]]);
  });
}

const FLAWED: readonly (readonly [text: string, line: number, words: RegExp])[] = [
  ["[notify x]\nchat_id = 5", 1, /has no type/],
  ["[notify x]\ntype = telegram\ntoken = 1:a", 1, /telegram needs token and chat_id/],
  ["[notify x]\ntype = slack\ntoken = xoxb", 1, /slack needs webhook_url, or token and channel/],
  ["[notify x]\ntype = email\nto = a@b", 1, /email needs server and to/],
  ["[notify x]\ntype = command", 1, /command needs run/],
  ["[notify x]\ntype = desktop\nevents = healed, login", 3, /there is no event "login"/],
  [
    "[notify x]\ntype = telegram\ntoken = 1:a\nchat_id = -100\ncommands = on",
    5,
    /commands = on in a group needs allowed_users/,
  ],
  ["[notify x]\ntype = ntfy\nurl = https://ntfy.sh/", 3, /"url" of \[notify x\]: it names no topic/],
  ["[notify x]\ntype = ntfy\nurl = https://ntfy.sh/%E0%A4%A", 3, /it names no topic/],
  ["[notify x]\ntype = ntfy\nurl = https://ntfy.sh/a.topic", 3, /it names no topic/],
];

for (const [text, line, words] of FLAWED) {
  Deno.test(`readConfig() says: ${words.source}`, () => {
    const { config, problems } = readConfig(text, ORIGIN);
    assert.deepEqual(problems.map((problem) => problem.line), [line]);
    assert.match(problems[0].message, words);
    assert.notEqual(problems[0].hint, "");
    assert.deepEqual(config.channels.map(({ failure }) => failure), [`see the config problem in line ${line}`]);
  });
}

/** The line that could not be read: what is lost with it may be the filter, or what makes a message safe. */
const UNREAD: readonly (readonly [sentence: string, lines: string, line: number])[] = [
  ["without its server", "type = email\nserver = smtp.example.com:587\nto = a@b", 3],
  ["with the server of another kind", "type = email\nserver = env:SMTP\nto = a@b", 3],
  ["with a port that is none", "type = email\nserver = smtp://h:99999\nto = a@b", 3],
  ["to nobody", "type = email\nserver = smtp://h\nto = not an address", 4],
  ["without its filter of sessions", "type = desktop\nsessions = a,,b", 3],
  ["with an empty filter", "type = desktop\nevents =", 3],
  ["with a filter whose quotes are open", 'type = desktop\nsessions = "prod', 3],
  ["with a filter that lacks its =", "type = desktop\nsessions prod", 3],
  ["unsigned", "type = webhook\nurl = https://x.example\nsecret = env:", 4],
  ["without a header", "type = webhook\nheader.Authorization = file:x\nurl = https://x.example", 3],
  ["without its token", "type = telegram\ntoken = env:\nchat_id = 5", 3],
  ["of a type that there is not", "type = pigeon", 2],
];

for (const [sentence, lines, line] of UNREAD) {
  Deno.test(`readConfig() uses no channel ${sentence}, and lets the others be`, () => {
    const text = `[notify x]\n${lines}\n[notify y]\ntype = desktop\n`;
    const { config, problems } = readConfig(text, ORIGIN);
    assert.deepEqual(problems.map((problem) => problem.line), [line]);
    assert.deepEqual(config.channels.map(({ name, failure }) => [name, failure]), [
      ["x", `see the config problem in line ${line}`],
      ["y", undefined],
    ]);
  });
}

Deno.test("readConfig() names every channel of fallback that is missing, once", () => {
  const { problems } = readConfig("[alerts]\nfallback = x, y, y, z\n[notify x]\ntype = desktop\n", ORIGIN);
  assert.deepEqual(problems.map(({ line, message }) => [line, message.split(": ").at(-1)]), [
    [2, "there is no [notify y]"],
    [2, "there is no [notify z]"],
  ]);
});

Deno.test("readConfig() warns of a key that the type has no use for, and uses the channel", () => {
  const { config, problems, warnings } = readConfig("[notify x]\ntype = desktop\ntoken = env:T\n", ORIGIN);
  assert.deepEqual([problems, config.channels.length], [[], 1]);
  assert.match(warnings[0].message, /"token" of \[notify x\]: type desktop has no use for it/);
});
