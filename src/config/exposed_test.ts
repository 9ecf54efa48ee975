// Proves which values make a file that others can read an error, and that none of them is shown.
import assert from "node:assert/strict";
import { readConfig } from "./read_config.ts";

const ORIGIN = { file: "/home/u/.config/sso-heal/config.ini", mode: 0o100600, home: "/home/u" };

/** The problems of `text`, without what a whole channel lacks: most rows are about one line. */
function problemsOf(text: string, mode: number) {
  return readConfig(text, { ...ORIGIN, mode }).problems.filter(({ code }) => code !== "ConfigChannel");
}

Deno.test("readConfig() refuses a file with a secret that others can read, and shows no secret", () => {
  const secrets = [
    "token = s3cret",
    "password = s3cret",
    "secret = s3cret",
    "webhook_url = https://hooks.example.com/s3cret",
    "url = https://ntfy.example.com/s3cret",
    "header.Authorization = Bearer s3cret",
    "server = smtps://user:s3cret@mail.example.com",
    'run = ["/bin/alert", "--token", "s3cret"]',
  ];
  for (const line of secrets) {
    const text = `[notify x]\ntype = ntfy\n${line}\n`;
    for (const mode of [0o100640, 0o100604, 0o100620, 0o100644]) {
      const problems = problemsOf(text, mode);
      assert.deepEqual(problems.map(({ code, line }) => [code, line]), [["ConfigExposed", 3]], line);
      assert.equal(problems[0].hint, `run: chmod 600 "${ORIGIN.file}"`);
      assert.ok(!JSON.stringify(problems).includes("s3cret"));
    }
    assert.deepEqual(problemsOf(text, 0o100600), [], line);
  }
});

Deno.test("readConfig() minds nobody reading a file without secrets in it", () => {
  const harmless = [
    "token = env:TOKEN",
    "url = file:/run/secrets/url",
    "server = smtps://user@mail.example.com",
    "to = a@b",
    'run = ["/bin/alert"]',
  ];
  for (const line of harmless) {
    assert.deepEqual(problemsOf(`[notify x]\n${line}\n`, 0o100644), [], line);
  }
});

Deno.test("readConfig() takes the path of a heartbeat for a secret, and its host for none", () => {
  const rows: [url: string, codes: string[]][] = [
    ["https://hc.example.com/ping/s3cret", ["ConfigExposed"]],
    ["https://hc.example.com/?key=s3cret", ["ConfigExposed"]],
    ["https://s3cret@hc.example.com/", ["ConfigExposed"]],
    ["https://hc.example.com", []],
    ["https://hc.example.com/", []],
    ["env:HEARTBEAT_URL", []],
    ["file:~/.config/sso-heal/heartbeat.url", []],
  ];
  for (const [url, codes] of rows) {
    const { config, problems } = readConfig(`[heartbeat]\nurl = ${url}\n`, { ...ORIGIN, mode: 0o100644 });
    assert.deepEqual([problems.map(({ code }) => code), config.heartbeatUrl], [codes, url]);
    assert.ok(!JSON.stringify(problems).includes("s3cret"));
  }
});
