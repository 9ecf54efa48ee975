// Proves every kind of value: what is refused, with which way out, and that nothing secret is shown.
import assert from "node:assert/strict";
import type { Problem } from "../domain/problem.ts";
import { readConfig } from "./read_config.ts";

const ORIGIN = { file: "/home/u/.config/sso-heal/config.ini", mode: 0o100600, home: "/home/u" };
const DEFAULTS = readConfig("", ORIGIN).config;

const brief = ({ code, line, message, hint }: Problem) =>
  `${code} ${line}: ${message.split('": ')[1] ?? message} | ${hint}`;

Deno.test("readConfig() names each bad value with line and way out, and uses the default for it", () => {
  const rows: [section: string, line: string, problem: RegExp][] = [
    ["check", "refresh_ahead = 28x", /"28x" is not a duration .* \| for example 28m$/],
    ["check", "alert_after = 9999d", /"9999d" is too long/],
    ["check", "sessions = a,,b", /"a,,b" has an empty entry/],
    ["check", "sessions =", /"sessions" has no value/],
    ["alerts", "remind_every = 0", /"0" is too short \| at least 10m/],
    ["alerts", "remind_every = 1s", /"1s" is too short/],
    ["alerts", "warn_before = 7d, soon", /"7d, soon" is no list of durations/],
    ["alerts", "quiet_hours = 22-7", /"22-7" are not two times of day \| for example 22:00-07:00/],
    ["alerts", "quiet_hours = 24:00-07:00", /are not two times of day/],
    ["alerts", "quiet_first = maybe", /"maybe" is not one of its values \| use send, hold/],
    ["alerts", "timezone = Mars/Base", /"Mars\/Base" is not a time zone/],
    ["notify x", "type = pigeon", /"pigeon" is not one of its values \| use telegram, slack/],
    ["notify x", "run = /bin/alert", /is not a JSON array of words/],
    ["notify x", "run = []", /is not a JSON array of words/],
    ["notify x", "run = [1]", /is not a JSON array of words/],
    ["notify x", 'run = ["", "a"]', /is not a JSON array of words/],
    ["notify x", 'run = ["/usr/bin/curl", "-H", "Authorization: Bearer s3cret",]', /its value is not a JSON array/],
    ["notify x", "to = ops", /"ops" is no plain mail address \| for example ops@example.com/],
    ["notify x", "to = a@b.example,", /is no plain mail address/],
    ["notify x", "from = Ops <ops>", /is no plain mail address/],
    ["notify x", "token = env:", /its value names no variable/],
    ["notify x", "token = file:secret", /its value names no absolute path \| write file:\/PATH/],
    ["notify x", "header.X = file:", /"header.X" of \[notify x\]: its value names no absolute path/],
    ["notify x", "url = ftp://s3cret", /its value is not a web address \| begin with https/],
    ["notify x", "url = s3cret", /its value is not a web address/],
    ["notify x", "webhook_url = http://example.com/s3cret", /its value would send without encryption/],
    ["notify x", "webhook_url = file:s3cret", /its value names no absolute path/],
    ["notify x", "server = smtp.example.com", /its value is not a mail server/],
    ["notify x", "server = smtp://", /its value is not a mail server/],
    ["notify x", "server = smtps://me@mail..example.com:465", /its value names no valid host \| correct the name/],
    ["notify x", "webhook_url = https://a..b/s3cret", /its value names no valid host/],
    ["heartbeat", "url = env:", /its value names no variable/],
    ["heartbeat", "url = https://*.example.com/s3cret", /its value names no valid host/],
    ["metrics", "file = metrics.prom", /"metrics.prom" is not an absolute path \| begin with/],
    ["heartbeat", "url = http://hc.example.com/s3cret", /its value would send without encryption/],
  ];
  for (const [section, line, problem] of rows) {
    const loaded = readConfig(`[${section}]\n${line}\n`, ORIGIN);
    const { config, warnings } = loaded;
    // What the whole channel lacks is another matter.
    const problems = loaded.problems.filter(({ code }) => code !== "ConfigChannel");
    assert.deepEqual(warnings, [], line);
    assert.equal(problems.length, 1, line);
    assert.match(brief(problems[0]), problem, line);
    assert.equal(problems[0].file, ORIGIN.file);
    assert.equal(problems[0].line, 2);
    assert.ok(problems[0].message.startsWith(`Cannot use line 2 of "${ORIGIN.file}": `));
    assert.ok(!JSON.stringify(problems).includes("s3cret"));
    assert.deepEqual({ ...config, channels: [] }, DEFAULTS, line);
    assert.ok(config.channels.every(({ failure }) => failure !== undefined), line);
  }
});

Deno.test("readConfig() accepts plain HTTP for this machine only", () => {
  for (const host of ["localhost:8080", "127.0.0.1", "127.1.2.3:99", "[::1]:8080"]) {
    assert.deepEqual(readConfig(`[notify x]\ntype = ntfy\nurl = http://${host}/x`, ORIGIN).problems, [], host);
  }
  for (const host of ["localhost.example.com", "127.0.0.1.example.com", "[::2]", "0.0.0.0", "10.0.0.1"]) {
    assert.equal(readConfig(`[notify x]\ntype = ntfy\nurl = http://${host}/x`, ORIGIN).problems.length, 1, host);
  }
});
