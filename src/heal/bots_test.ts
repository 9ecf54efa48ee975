// Proves what people ask the Telegram bot, from their words to the answer: over the real worker, against a Bot API here.
import assert from "node:assert/strict";
import { FakeAws, linkNo, refusal } from "../../tests/support/fake_aws.ts";
import type { FakeTeller } from "../../tests/support/fake_teller.ts";
import { type FakeSystem, fakeSystem, MINUTE } from "../../tests/support/fake_system.ts";
import { check } from "../../tests/support/heal_run.ts";
import { freshToken, IDENTITY, ROLE_KEYS, writeLostSession } from "../../tests/support/session_home.ts";
import { openTeller } from "../cli/teller.ts";
import { loadConfig } from "../config/config.ts";
import { readAlertState } from "../store/alert_state.ts";
import { channelsOf } from "./channels.ts";

const TOKEN = "123:s3cret-of-the-bot";
const CHAT = 5;

/** What one request to the bot was. */
interface Asked {
  readonly method: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The Bot API with one private chat; it gives an update until it is asked for a later one, as Telegram does. */
class BotApi implements AsyncDisposable {
  readonly asked: Asked[] = [];
  /** The status of all answers from now on. */
  status = 200;
  readonly #updates: { readonly update_id: number; readonly message: unknown }[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
      const [, bot, method] = new URL(request.url).pathname.split("/");
      assert.equal(bot, `bot${TOKEN}`);
      const body = await request.json();
      this.asked.push({ method, body });
      if (this.status !== 200) return Response.json({ ok: false, description: "no" }, { status: this.status });
      const result = method === "getUpdates"
        ? this.#updates.filter(({ update_id }) => update_id >= body.offset)
        : { message_id: this.asked.length };
      return Response.json({ ok: true, result });
    });
  }

  /** Somebody writes to the bot; the update has this number. */
  say(update_id: number, text: string, from = CHAT): void {
    const message = { text, date: Math.floor(Date.now() / 1000), chat: { id: from }, from: { id: from } };
    this.#updates.push({ update_id, message });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** What went out: `sendMessage CODE`, without the questions for commands. */
  get said(): string[] {
    return this.asked.filter(({ method }) => method !== "getUpdates")
      .map(({ method, body }) => [method, /[A-Z]{4}-EFG\d/.exec(`${body.text}`)?.[0]].filter(Boolean).join(" "));
  }

  /** The offsets that updates were asked from. */
  get offsets(): unknown[] {
    return this.asked.filter(({ method }) => method === "getUpdates").map(({ body }) => body.offset);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

interface Scene {
  readonly api: BotApi;
  readonly system: FakeSystem;
  readonly aws: FakeAws;
  /** One check, so much later than the one before. */
  check(laterMs: number): Promise<void>;
}

/** A session that needs a person, one check after the alarm went out with the first link. */
async function withIncident(prove: (scene: Scene) => Promise<void>, commands = "on"): Promise<void> {
  await using api = new BotApi();
  await using system = await fakeSystem();
  await writeLostSession(system, "corp");
  system.write(
    ".config/sso-heal/config.ini",
    `[notify phone]\ntype = telegram\ntoken = ${TOKEN}\nchat_id = ${CHAT}\nurl = ${api.url}\ncommands = ${commands}\n`,
  );
  const channels = channelsOf((await loadConfig(system.home)).config.channels, system);
  const teller = openTeller(system, { channels }, []);
  try {
    using aws = new FakeAws().link();
    aws.teller = teller as unknown as FakeTeller;
    const later = async (ms: number) => {
      system.clock += ms;
      await check(system, aws);
    };
    await later(0);
    assert.deepEqual(api.said, ["sendMessage ABCD-EFG1"]);
    await prove({ api, system, aws, check: later });
    assert.ok(!JSON.stringify(system.logged).includes("s3cret"));
  } finally {
    teller.close();
  }
}

const botsOf = ({ home }: FakeSystem) => readAlertState(home).state.bots;

Deno.test("/status is answered once, with the link that is open", () =>
  withIncident(async ({ api, system, check }) => {
    api.say(7, "/status");
    await check(1000);
    assert.deepEqual(api.said.slice(1), ["sendMessage ABCD-EFG1"]);
    assert.deepEqual(botsOf(system), [{ channel: "phone", offset: 8 }]);
    await check(1000);
    assert.equal(api.said.length, 2);
    assert.deepEqual(api.offsets, [0, 0, 8]);
  }));

Deno.test("/login is answered with the link that is open", () =>
  withIncident(async ({ api, check }) => {
    api.say(7, "/login");
    await check(1000);
    assert.deepEqual(api.said.slice(1), ["sendMessage ABCD-EFG1"]);
  }));

Deno.test("/login brings a new link when there is none any more", () =>
  withIncident(async ({ api, aws, check }) => {
    // Links are renewed without a word for an hour only.
    await check(61 * MINUTE);
    assert.equal(aws.calls.length, 2);
    api.say(7, "/login");
    aws.on("StartDeviceAuthorization", linkNo(2));
    await check(1000);
    assert.deepEqual(api.said.slice(1), ["sendMessage ABCD-EFG2"]);
  }));

Deno.test("/login brings a new link also where the disk is slow, and one a minute", () =>
  withIncident(async ({ api, aws, system, check }) => {
    await check(61 * MINUTE);
    // Every look at the clock is a moment later.
    const { now } = system;
    system.now = () => (system.clock += 20, now());
    api.say(7, "/login");
    await check2(2);
    api.say(8, "/login");
    aws.on("CreateToken", refusal("AccessDeniedException"));
    await check(10_000);
    assert.deepEqual(api.said.slice(1).map((said) => said.split(" ")[1]), ["ABCD-EFG2", undefined]);
    api.say(9, "/login");
    await check2(3, MINUTE);
    assert.equal(api.said.at(-1), "sendMessage ABCD-EFG3");

    async function check2(link: number, laterMs = 1000): Promise<void> {
      aws.on("StartDeviceAuthorization", linkNo(link));
      await check(laterMs);
    }
  }));

Deno.test("/login and /status in one breath are one answer, with a link", () =>
  withIncident(async ({ api, aws, system, check }) => {
    await check(61 * MINUTE);
    api.say(7, "/login");
    api.say(8, "/login");
    api.say(9, "/status");
    aws.on("StartDeviceAuthorization", () => (system.clock += 1000, linkNo(2)));
    await check(1000);
    assert.deepEqual(api.said.slice(1), ["sendMessage ABCD-EFG2"]);
  }));

Deno.test("what is no command, or comes from a stranger, is done with and not answered", () =>
  withIncident(async ({ api, system, check }) => {
    api.say(7, "good morning");
    api.say(8, "/login", 6);
    api.say(9, "/logout");
    await check(1000);
    assert.equal(api.said.length, 1);
    assert.deepEqual(botsOf(system), [{ channel: "phone", offset: 10 }]);
  }));

Deno.test("a bot that cannot be read keeps its commands, and the check goes on", () =>
  withIncident(async ({ api, system, check }) => {
    api.say(7, "/status");
    api.status = 502;
    await check(1000);
    assert.deepEqual(botsOf(system), []);
    assert.ok(system.logged.some(({ message }) => message === "cannot read the commands to phone"));
    api.status = 200;
    await check(1000);
    assert.deepEqual(api.said.slice(1), ["sendMessage ABCD-EFG1"]);
  }));

Deno.test("a bot is not asked where its commands are off", () =>
  withIncident(async ({ api, check }) => {
    await check(1000);
    assert.deepEqual(api.offsets, []);
  }, "off"));

Deno.test("a bot is not asked once all is well", () =>
  withIncident(async ({ api, aws, check }) => {
    aws.on("CreateToken", freshToken(2)).on("GetRoleCredentials", ROLE_KEYS).on("GetCallerIdentity", IDENTITY);
    await check(MINUTE);
    assert.deepEqual(api.said.slice(1).sort(), ["editMessageText", "sendMessage"]);
    const asked = api.offsets.length;
    await check(MINUTE);
    assert.equal(api.offsets.length, asked);
  }));
