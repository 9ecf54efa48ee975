// Proves defaults, that all problems come at once, and that unknown words are warnings.
import assert from "node:assert/strict";
import { withTemporaryHome } from "../../tests/support/temporary_home.ts";
import type { Problem } from "../domain/problem.ts";
import { configPaths } from "../store/paths.ts";
import { DEFAULTS, loadConfig } from "./config.ts";
import { readConfig } from "./read_config.ts";

const ORIGIN = { file: "/home/u/.config/sso-heal/config.ini", mode: 0o100600, home: "/home/u" };

/** The complete example of the manual. */
const EXAMPLE = `
[check]
sessions = *
profiles = *            ; proved at each check when their credentials are near their end; default: one per session
refresh_ahead = 28m     ; official clients start at 15 min left, so they never need to
alert_after = 30m       ; temporary failures

[alerts]
remind_every = 4h
warn_before = 7d, 1d
quiet_hours = 22:00-07:00
quiet_first = hold
timezone = Europe/Berlin          ; default: the machine's
fallback = ops, mail

[notify ops]
type = telegram
token = file:~/.config/sso-heal/telegram.token     ; also env:NAME, or the value itself
chat_id = 123456
commands = on
allowed_users = 1, 2
events = login-needed, healed
sessions = corp*

[notify mail]
type = email
server = smtps://user@smtp.example.com:465
password = env:SMTP_PASSWORD
to = ops@example.com

[notify hook]
type = webhook
url = env:HOOK_URL
header.X-Team = env:TEAM
secret = file:/run/secrets/hmac

[notify chat]
type = slack
webhook_url = env:SLACK
channel = #ops

[notify own]
type = command
run = ["/usr/local/bin/alert", "a ;b"]

[sync my-profile]
to = my-profile-legacy-sso

[metrics]
file = /var/lib/prometheus/node-exporter/sso-heal.prom   ; or /var/lib/node_exporter

[heartbeat]
url = https://hc.example.com/ping/UUID
`;

/** Without what a whole channel lacks: most rows are about one line. */
function readLines(text: string) {
  const loaded = readConfig(text, ORIGIN);
  const lines = <T extends { code: string; message: string }>(all: readonly T[]) =>
    all.filter(({ code, message }) => code !== "ConfigChannel" && !message.includes("has no use for it"));
  return { ...loaded, problems: lines(loaded.problems), warnings: lines(loaded.warnings) };
}

const brief = ({ code, line, message, hint }: Problem) =>
  `${code} ${line}: ${message.split('": ')[1] ?? message} | ${hint}`;

Deno.test("loadConfig() gives the defaults without a file", async () => {
  await withTemporaryHome(async (home) => {
    assert.deepEqual(await loadConfig(home), { config: DEFAULTS, problems: [], warnings: [] });
  });
});

Deno.test("readConfig() takes the example of the manual without a word", () => {
  // The JSON array holds a blank and ; and so needs quotes.
  const text = EXAMPLE.replace('["/usr/local/bin/alert", "a ;b"]', '"[\\"/usr/local/bin/alert\\", \\"a ;b\\"]"');
  const { config, problems, warnings } = readConfig(text, ORIGIN);
  assert.deepEqual([problems, warnings], [[], []]);
  assert.deepEqual(config.check, {
    ...DEFAULTS.check,
    profiles: ["*"],
    refreshAheadMs: 1_680_000,
    alertAfterMs: 1_800_000,
  });
  assert.equal(config.metricsFile, "/var/lib/prometheus/node-exporter/sso-heal.prom");
  assert.equal(config.heartbeatUrl, "https://hc.example.com/ping/UUID");
  assert.deepEqual(config.alerts, {
    remindEveryMs: 4 * 3_600_000,
    warnBeforeMs: [7 * 86_400_000, 86_400_000],
    quietHours: { fromMinute: 22 * 60, toMinute: 7 * 60 },
    holdFirst: true,
    timeZone: "Europe/Berlin",
    fallback: ["ops", "mail"],
  });
  assert.deepEqual(config.channels.map(({ name, type }) => `${name} ${type}`), [
    "ops telegram",
    "mail email",
    "hook webhook",
    "chat slack",
    "own command",
  ]);
  assert.deepEqual(config.channels[2].headers, { "X-Team": "env:TEAM" });
  assert.deepEqual([config.channels[0].events, config.channels[0].sessions], [["login-needed", "healed"], ["corp*"]]);
});

Deno.test("readConfig() reads lists and the home in paths", () => {
  const { config, problems } = readConfig(
    "[check]\nsessions = corp, test-* ,https://x.example/start\nalert_after = 0\n[metrics]\nfile = ~/m.prom\n",
    ORIGIN,
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(config.check.sessions, ["corp", "test-*", "https://x.example/start"]);
  assert.equal(config.check.alertAfterMs, 0);
  assert.equal(config.metricsFile, "/home/u/m.prom");
});

Deno.test("readConfig() reports all problems at once, in the order of the lines", () => {
  const text = `stray = 1
[check]
refresh_ahead = soon
refresh_ahead = 28m
alert_after = 5m
alert_after = 6m
[check]
sessions = other
[check extra]
[notify]
type = slack
no equals here
`;
  const { config, problems } = readConfig(text, ORIGIN);
  assert.deepEqual(problems.map(({ code, line }) => [code, line]), [
    ["ConfigSyntax", 1],
    ["ConfigValue", 3],
    ["ConfigRepeated", 4],
    ["ConfigRepeated", 6],
    ["ConfigRepeated", 7],
    ["ConfigSyntax", 9],
    ["ConfigSyntax", 10],
    ["ConfigSyntax", 12],
  ]);
  for (const problem of problems) assert.notEqual(problem.hint, "");
  assert.deepEqual(config.check, { ...DEFAULTS.check, alertAfterMs: 300_000 });
});

Deno.test("readConfig() warns of unknown words with a suggestion and goes on", () => {
  const rows: [text: string, warning: string][] = [
    ["[chekc]\nx = 1", 'ConfigUnknown 1: [chekc] is no section of sso-heal | did you mean "check"?'],
    ["[Check]", 'ConfigUnknown 1: [Check] is no section of sso-heal | did you mean "check"?'],
    [
      "[weather]",
      "ConfigUnknown 1: [weather] is no section of sso-heal | known here: check, alerts, notify, sync, metrics, heartbeat",
    ],
    ["[check]\nsession = a", 'ConfigUnknown 2: "session" of [check] is no key of sso-heal | did you mean "sessions"?'],
    [
      "[check]\nrefresh-ahead = 1m",
      'ConfigUnknown 2: "refresh-ahead" of [check] is no key of sso-heal | did you mean "refresh_ahead"?',
    ],
    [
      "[check]\nxyz = 1",
      'ConfigUnknown 2: "xyz" of [check] is no key of sso-heal | known here: sessions, profiles, refresh_ahead, alert_after, expected_user',
    ],
    [
      "[check]\n__proto__ = 1",
      "ConfigUnknown 2: a key of [check] is no key of sso-heal | known here: sessions, profiles, refresh_ahead, alert_after, expected_user",
    ],
    [
      "[constructor]",
      "ConfigUnknown 1: [constructor] is no section of sso-heal | known here: check, alerts, notify, sync, metrics, heartbeat",
    ],
    [
      "[notify x]\nheader. = 1",
      'ConfigUnknown 2: "header." of [notify x] is no key of sso-heal | did you mean "header.NAME"?',
    ],
    [
      "[sync x]\nwJalrXUtnFEMI/K7MDENGbPxRfiCYEXAMPLEKEY==",
      "ConfigUnknown 2: a key of [sync x] is no key of sso-heal | known here: to, file, region, output",
    ],
    [
      "[sync x]\ns3cretSuperBBB = 1",
      "ConfigUnknown 2: a key of [sync x] is no key of sso-heal | known here: to, file, region, output",
    ],
    [
      `[sync x]\n${"a".repeat(41)} = 1`,
      "ConfigUnknown 2: a key of [sync x] is no key of sso-heal | known here: to, file, region, output",
    ],
    [
      "[SuperS3cret]",
      "ConfigUnknown 1: this is no section of sso-heal | known here: check, alerts, notify, sync, metrics, heartbeat",
    ],
  ];
  for (const [text, warning] of rows) {
    const { config, problems, warnings } = readLines(text);
    assert.deepEqual(problems, []);
    assert.deepEqual(warnings.map(brief), [warning]);
    assert.deepEqual({ ...config, channels: [], syncs: [] }, DEFAULTS);
  }
});

Deno.test("readConfig() counts the warnings of a file of another kind, and names the first of them", () => {
  for (const lines of ["[check]\n" + "word = 1\n".repeat(1000), "[notify x]\ntype = desktop\n" + manyHeaders(1000)]) {
    const { warnings } = readConfig(lines, ORIGIN);
    assert.equal(warnings.length, 101);
    assert.match(warnings[100].message, /from here on there are 900 more such warnings$/);
  }
});

function manyHeaders(count: number): string {
  return Array.from({ length: count }, (_, at) => `header.X-${at} = 1\n`).join("");
}

Deno.test("loadConfig() reads the file of the home and looks at its mode", async () => {
  await withTemporaryHome(async (home) => {
    const { dir, file } = configPaths(home);
    Deno.mkdirSync(dir, { recursive: true });
    Deno.writeTextFileSync(
      file,
      "\uFEFF[check]\r\nrefresh_ahead = 20m\r\n[notify x]\r\ntype = ntfy\r\nurl = https://ntfy.example/t\r\n",
      {
        mode: 0o644,
      },
    );
    Deno.chmodSync(file, 0o644);
    const { config, problems } = await loadConfig(home);
    assert.equal(config.check.refreshAheadMs, 1_200_000);
    assert.deepEqual(problems.map(({ code, line, file }) => [code, line, file]), [["ConfigExposed", 5, file]]);
    Deno.chmodSync(file, 0o600);
    assert.deepEqual((await loadConfig(home)).problems, []);
  });
});

Deno.test("loadConfig() reports a file that cannot be read", async () => {
  await withTemporaryHome(async (home) => {
    const { dir, file } = configPaths(home);
    Deno.mkdirSync(dir, { recursive: true });
    Deno.writeFileSync(file, new Uint8Array([0x5b, 0xff, 0xfe]));
    assert.deepEqual(await loadConfig(home), {
      config: DEFAULTS,
      problems: [{
        code: "ConfigUnreadable",
        message: `Cannot read "${file}": it is not UTF-8 text`,
        hint: "save it as UTF-8",
        file,
      }],
      warnings: [],
    });
    Deno.removeSync(file);
    Deno.mkdirSync(file);
    assert.match((await loadConfig(home)).problems[0].message, /it is a folder$/);
  });
});
