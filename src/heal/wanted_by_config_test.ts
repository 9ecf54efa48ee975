// Tests of what the config asks of the job besides its schedule.
import assert from "node:assert/strict";
import { wantedByConfig } from "./wanted_by_config.ts";

const HOME = "/srv/alice";

Deno.test("wantedByConfig() finds every variable that the config names, each once", () => {
  const rows: readonly (readonly [text: string, names: readonly string[]])[] = [
    ["", []],
    ["[notify a]\ntype = slack\nwebhook_url = env:HOOK\n", ["HOOK"]],
    ["[notify a]\ntoken=env:A\n[notify b]\n  token  =   env:B\nsecret = env:A\n", ["A", "B"]],
    ["[notify w]\nheader.X-Key = env:KEY ; from the vault\n", ["KEY"]],
    ['[notify w]\nheader.X-Key = "env:KEY"\n', ["KEY"]],
    ["[heartbeat]\nurl = env:PING_URL\n", ["PING_URL"]],
    ["; token = env:OLD\n# token = env:OLDER\n", []],
    ["[notify a]\nurl = https://example.com/env:NOT\n", []],
    ["[notify a]\ntoken = environment\nsecret = env:\n", []],
  ];
  for (const [text, names] of rows) assert.deepEqual(wantedByConfig(text, HOME).variables, names, text);
});

Deno.test("wantedByConfig() names the programs that a confined job would not see", () => {
  const channel = (name: string, run: string) =>
    `[notify ${name}]\ntype = command\nrun = ${JSON.stringify([run, "-x"])}\n`;
  const paths = [
    "/home/bob/tell",
    "/srv/alice/bin/tell",
    "/usr/bin/tell",
    "/opt/tell",
    "/tmp/tell",
    "/srv/alice2/tell",
  ];
  const text = paths.map((path, index) => channel(`c${index}`, path)).join("") + channel("again", "/tmp/tell");
  assert.deepEqual(wantedByConfig(text, HOME).programs, ["/home/bob/tell", "/srv/alice/bin/tell", "/tmp/tell"]);
});

Deno.test("wantedByConfig() says that sendmail may not work in a confined job, and only then", () => {
  const text = "[notify mail]\ntype = email\nserver = sendmail:/usr/sbin/sendmail\nto = a@b.example\n";
  const { hints } = wantedByConfig(text, HOME);
  assert.deepEqual(hints("none"), []);
  for (const hardening of ["hardened", "strict", "basic"] as const) {
    const [hint, ...more] = hints(hardening);
    assert.deepEqual([hint.code, more], ["SendmailConfined", []]);
    assert.match(hint.message, /^\[notify mail\] uses sendmail/);
  }
  assert.deepEqual(
    wantedByConfig(text.replace("sendmail:/usr/sbin/sendmail", "smtps://m.example"), HOME).hints("strict"),
    [],
  );
});

Deno.test("wantedByConfig() makes the best of a config that is damaged", () => {
  const { variables, programs, hints } = wantedByConfig("[notify\ntoken = env:A\nno sense\n[check]\nevery = x\n", HOME);
  assert.deepEqual([variables, programs, hints("strict")], [["A"], [], []]);
});
