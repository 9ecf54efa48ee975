// Proves where the secrets of a channel come from, where it may send, and that what cannot be had fails it alone.
import assert from "node:assert/strict";
import { fakeSystem } from "../../tests/support/fake_system.ts";
import { loadConfig } from "../config/config.ts";
import type { ChannelSettings } from "../notify/protocol.ts";
import { type Channel, channelsOf } from "./channels.ts";

/** The channel `ops` of these lines, in a world with the given variables and secret file. */
async function channel(lines: string, env: Record<string, string> = {}, secret?: string): Promise<Channel> {
  await using system = await fakeSystem(env);
  system.write(".config/sso-heal/config.ini", `[notify ops]\n${lines}\n`);
  if (secret !== undefined) system.write(".config/sso-heal/secret", secret);
  const { config, problems } = await loadConfig(system.home);
  assert.deepEqual(problems, []);
  const [ops] = channelsOf(config.channels, system);
  return ops;
}

const settingsOf = ({ settings }: Channel): ChannelSettings => JSON.parse(settings?.reveal() ?? "null");

type Row = [sentence: string, lines: string, hosts: string[], program: string | undefined, settings: object];

const ROWS: readonly Row[] = [
  ["of a bot of Telegram", "type = telegram\ntoken = env:T\nchat_id = 1", ["api.telegram.org:443"], undefined, {
    type: "telegram",
    token: "from-env",
    chat_id: "1",
    url: "https://api.telegram.org",
    commands: false,
    allowed_users: [],
  }],
  [
    "with a secret in a file",
    "type = ntfy\nurl = https://ntfy.sh/t\ntoken = file:~/.config/sso-heal/secret",
    [
      "ntfy.sh:443",
    ],
    undefined,
    { type: "ntfy", url: "https://ntfy.sh/t", token: "from-file" },
  ],
  [
    "over plain http on this machine",
    "type = webhook\nurl = http://127.0.0.1:8080/x\nheader.X-Key = env:T",
    [
      "127.0.0.1:8080",
    ],
    undefined,
    { type: "webhook", url: "http://127.0.0.1:8080/x", headers: { "X-Key": "from-env" } },
  ],
  [
    "by mail",
    "type = email\nserver = smtps://me%40example.com@mail.example.com\npassword = env:T\nto = a@example.com",
    ["mail.example.com:465"],
    undefined,
    {
      type: "email",
      server: { protocol: "smtps:", host: "mail.example.com", port: 465 },
      user: "me@example.com",
      password: "from-env",
      from: "me@example.com",
      to: ["a@example.com"],
    },
  ],
  ["by a program of its own", 'type = command\nrun = ["/usr/local/bin/tell", "me"]', [], "/usr/local/bin/tell", {
    type: "command",
    run: ["/usr/local/bin/tell", "me"],
  }],
  ["on the desktop", "type = desktop", [], "/usr/bin/notify-send", { type: "desktop", path: "/usr/bin/notify-send" }],
];

for (const [sentence, lines, hosts, program, settings] of ROWS) {
  Deno.test(`channelsOf() gives the settings, the host and the program of a channel ${sentence}`, async () => {
    const ops = await channel(lines, { T: "from-env" }, "from-file\n");
    assert.deepEqual([ops.failure, ops.hosts, ops.program, settingsOf(ops)], [undefined, hosts, program, settings]);
  });
}

type Failure = [sentence: string, lines: string, says: RegExp];

const FAILURES: readonly Failure[] = [
  [
    "a variable that is not set",
    "type = ntfy\nurl = https://ntfy.sh/t\ntoken = env:NOPE",
    /^token: .*NOPE is not set$/,
  ],
  [
    "a variable that is empty",
    "type = ntfy\nurl = https://ntfy.sh/t\ntoken = env:EMPTY",
    /^token: .*EMPTY is not set$/,
  ],
  ["a file that is not there", "type = ntfy\nurl = https://ntfy.sh/t\ntoken = file:~/nope", /^token: .*no such file$/],
  ["a file that is empty", "type = slack\nwebhook_url = file:~/.config/sso-heal/secret", /^webhook_url: .* is empty$/],
  ["an address that is none", "type = slack\nwebhook_url = env:BAD", /not a web address/],
];

for (const [sentence, lines, says] of FAILURES) {
  Deno.test(`channelsOf() fails a channel alone for ${sentence}, and names no secret`, async () => {
    const ops = await channel(lines, { EMPTY: "", BAD: "sEcReT" }, " \n");
    assert.match(ops.failure ?? "", says);
    assert.deepEqual([ops.settings, ops.hosts, ops.failure?.includes("sEcReT")], [undefined, [], false]);
  });
}

Deno.test("channelsOf() gives settings that cannot be printed", async () => {
  const ops = await channel("type = ntfy\nurl = https://ntfy.sh/t\ntoken = tk_1");
  assert.ok(!`${JSON.stringify(ops)}${Deno.inspect(ops, { depth: 9 })}`.includes("tk_1"));
});
