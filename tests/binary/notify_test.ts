// `notify` on the compiled program: what a person who has just written the config finds out with it.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { type Home, makeHome } from "./support/home.ts";
import { documentOf, said } from "./support/scene.ts";
import { Telegram } from "./support/telegram.ts";
import { Webhook } from "./support/webhook.ts";

const KEY = "the-key-of-the-signature";
const HEADER = "Bearer header-that-is-a-secret";

interface Post extends AsyncDisposable {
  readonly home: Home;
  readonly good: Webhook;
  readonly bad: Webhook;
  readonly telegram: Telegram;
}

/** Four channels: two that work, one whose service fails, and one whose token is nowhere. */
async function writeToAll(): Promise<Post> {
  const good = new Webhook(Date.now, "/hook/a-secret-path");
  const bad = new Webhook(Date.now, "/hook/another-secret-path");
  bad.status = 500;
  const telegram = new Telegram(Date.now);
  const home = await makeHome({ env: { HOOK_KEY: KEY } });
  home.write(".config/sso-heal/hook.url", `${good.url}\n`);
  home.write(
    ".config/sso-heal/config.ini",
    `[alerts]
fallback = good, bad

[notify good]
type = webhook
url = file:~/.config/sso-heal/hook.url
secret = env:HOOK_KEY
header.Authorization = ${HEADER}

[notify bad]
type = webhook
url = ${bad.url}
events = login-needed, healed

[notify lost]
type = ntfy
url = env:NOBODY_HAS_SET_THIS

${telegram.section}`,
  );
  return {
    home,
    good,
    bad,
    telegram,
    async [Symbol.asyncDispose]() {
      for (const one of [good, bad, telegram, home]) await one[Symbol.asyncDispose]();
      assert.deepEqual(telegram.wrong, []);
    },
  };
}

Deno.test("notify test sends a real message through every channel and says which failed", async () => {
  await using post = await writeToAll();
  const { home, good, telegram } = post;
  const ended = await home.run(["notify", "test"]);
  assert.equal(ended.code, 1, said(ended));
  assert.match(ended.out, /good: sent/);
  assert.match(ended.out, /ops: sent/);
  assert.match(ended.out, /bad: HTTP 500/);
  assert.match(ended.out, /lost: .*NOBODY_HAS_SET_THIS is not set/);
  assert.deepEqual([good.events(), telegram.chat.length], [["test"], 1]);

  const [{ headers, raw }] = good.told;
  const seconds = headers.get("x-sso-heal-timestamp");
  const hmac = createHmac("sha256", KEY).update(`${seconds}.${raw}`).digest("hex");
  assert.equal(headers.get("x-sso-heal-signature"), `sha256=${hmac}`);
  assert.equal(headers.get("authorization"), HEADER);
  assert.ok(Math.abs(Number(seconds) * 1000 - Date.now()) < 60_000);
});

const CHOICES: readonly { readonly words: readonly string[]; readonly code: number; readonly out: RegExp }[] = [
  { words: ["good"], code: 0, out: /^. good: sent\n$/ },
  { words: ["good", "ops"], code: 0, out: /good: sent\n.*ops: sent\n$/ },
  { words: ["bad"], code: 1, out: /^. bad: HTTP 500/ },
  { words: ["lost"], code: 1, out: /^. lost: .*NOBODY_HAS_SET_THIS/ },
  { words: ["goood"], code: 2, out: /^$/ },
];

Deno.test("notify test CHANNEL tries that channel alone", async (t) => {
  await using post = await writeToAll();
  for (const { words, code, out } of CHOICES) {
    await t.step(words.join(" "), async () => {
      const ended = await post.home.run(["notify", "test", ...words]);
      assert.equal(ended.code, code, said(ended));
      assert.match(ended.out, out);
      if (code === 2) assert.match(ended.err, /did you mean "good"\?/);
    });
  }
  assert.equal(post.good.told.length, 2);
});

Deno.test("notify list shows every channel and what is wrong with it, and sends nothing", async () => {
  await using post = await writeToAll();
  const { home, good, bad, telegram } = post;
  const listed = await home.run(["notify", "list"]);
  assert.match(listed.out, /good +webhook +all +all +1/);
  assert.match(listed.out, /bad +webhook +login-needed, healed +all +2/);
  assert.match(listed.out, /ops +telegram/);
  assert.match(listed.out, /lost: .*NOBODY_HAS_SET_THIS is not set/);
  const json = await home.run(["notify", "list", "--json"]);
  const names = Object(documentOf(json)).channels.map(({ name }: { name: string }) => name);
  assert.deepEqual(names, ["good", "bad", "lost", "ops"]);
  assert.equal(good.told.length + bad.refused.length + telegram.chat.length, 0);
});

const MISTYPED: readonly (readonly [sentence: string, lines: string, line: number])[] = [
  ["a mail server without its kind", "type = email\nserver = smtp.example.com:587\nto = ops@example.com", 3],
  ["a mail server elsewhere", "type = email\nserver = env:SMTP\nto = ops@example.com", 3],
  ["a mail server with a port that is none", "type = email\nserver = smtp://h:99999\nto = ops@example.com", 3],
  ["a list with a hole", "type = desktop\nsessions = a,,b", 3],
  ["an address without its topic", "type = ntfy\nurl = https://ntfy.example/%E0%A4%A", 3],
];

for (const [sentence, lines, line] of MISTYPED) {
  Deno.test(`notify goes on without a channel that has ${sentence}, and names its line`, async () => {
    await using good = new Webhook(Date.now);
    await using home = await makeHome();
    const channel = `[notify good]\ntype = webhook\nurl = ${good.url}\n`;
    home.write(".config/sso-heal/config.ini", `[notify x]\n${lines}\n${channel}`);
    const listed = await home.run(["notify", "list"]);
    assert.equal(listed.code, 1, said(listed));
    assert.match(
      listed.out,
      new RegExp(`config\\.ini:${line}: [^]*good +webhook[^]*x: see the config problem in line ${line}`),
    );
    const tried = await home.run(["notify", "test"]);
    assert.match(
      tried.out,
      new RegExp(`x: NotUsable: see the config problem in line ${line}\\n.*good: sent`),
      said(tried),
    );
    assert.deepEqual(good.events(), ["test"]);
  });
}

Deno.test("notify keeps the secrets of the channels to itself, however talkative it is asked to be", async (t) => {
  await using post = await writeToAll();
  const { home, good, bad, telegram } = post;
  const secrets = [KEY, HEADER, telegram.token, good.path, bad.path];
  for (const words of [["test"], ["test", "--json"], ["list"], ["list", "--json"]]) {
    await t.step(words.join(" "), async () => {
      const ended = await home.run(["notify", ...words, "--log-level", "debug"]);
      const texts = [said(ended), ...home.texts(".local/state/sso-heal").values()];
      for (const secret of secrets) {
        assert.ok(texts.every((text) => !text.includes(secret)), `${secret}: ${said(ended)}`);
      }
    });
  }
});
