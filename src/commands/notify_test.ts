// Proves `notify` from its words to what is printed and the exit code.
import assert from "node:assert/strict";
import { FakeAws } from "../../tests/support/fake_aws.ts";
import { fakeSystem } from "../../tests/support/fake_system.ts";
import { FakeTeller } from "../../tests/support/fake_teller.ts";
import { contextOf } from "../../tests/support/heal_run.ts";
import { UserError } from "../domain/problem.ts";
import { notify } from "./notify.ts";

const TWO = '[notify ops]\ntype = desktop\n[notify mail]\ntype = command\nrun = ["/bin/true"]\n';
const REFUSED = { ok: false, code: "HTTP 403", message: "no" } as const;

interface Row {
  readonly does: string;
  readonly words: readonly string[];
  readonly json?: boolean;
  readonly config?: string;
  readonly teller?: FakeTeller;
  readonly code: number;
  readonly prints: RegExp;
  /** Channels that a message was sent through. */
  readonly through?: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    does: "lists the channels without a word",
    words: [],
    code: 0,
    prints: /^CHANNEL.*\nops +desktop.*\nmail +command/,
  },
  { does: "lists the channels", words: ["list"], code: 0, prints: /^CHANNEL/ },
  { does: "lists as JSON", words: ["list"], json: true, code: 0, prints: /^\{[^]*"channels"[^]*\}\n$/ },
  { does: "lists none", words: [], config: "", code: 0, prints: /^No channel: nobody is told/ },
  {
    does: "lists what is wrong, and fails for it",
    words: ["list"],
    config: "[notify ops]\ntype = carrier-pigeon\n",
    code: 1,
    prints: /carrier-pigeon/,
  },
  {
    does: "tests every channel",
    words: ["test"],
    code: 0,
    prints: /^✓ ops: sent\n✓ mail: sent\n$/,
    through: ["ops", "mail"],
  },
  {
    does: "tests the one that is named",
    words: ["test", "mail"],
    code: 0,
    prints: /^✓ mail: sent\n$/,
    through: ["mail"],
  },
  {
    does: "tests those that a glob matches",
    words: ["test", "o*"],
    code: 0,
    prints: /^✓ ops: sent\n$/,
    through: ["ops"],
  },
  {
    does: "fails when one of the messages does not get through",
    words: ["test"],
    teller: new FakeTeller().on("ops", REFUSED),
    code: 1,
    prints: /^✗ ops: HTTP 403: no\n✓ mail: sent\n$/,
    through: ["ops", "mail"],
  },
  {
    does: "tests as JSON",
    words: ["test", "ops"],
    json: true,
    code: 0,
    prints: /^\{[^]*"name": ?"ops"[^]*"ok": ?true[^]*\}\n$/,
    through: ["ops"],
  },
];

async function run({ words, json = false, config = TWO, teller = new FakeTeller() }: Partial<Row>) {
  await using system = await fakeSystem();
  system.write(".config/sso-heal/config.ini", config);
  using aws = new FakeAws();
  using sent = aws.teller = teller;
  const context = { ...contextOf(system, aws), stopSignal: () => new AbortController().signal };
  const everywhere = { verbose: false, quiet: false, "log-level": undefined, help: false };
  const code = await notify.run(
    context,
    { ...everywhere, words: words ?? [], json } as Parameters<typeof notify.run>[1],
  );
  return { code, out: system.printed.out, deliveries: sent.deliveries, aws };
}

for (const { does, code, prints, through = [], ...row } of ROWS) {
  Deno.test(`notify ${does}`, async () => {
    const ended = await run(row);
    assert.match(ended.out, prints);
    assert.equal(ended.code, code);
    assert.deepEqual(ended.deliveries.map(({ channel }) => channel), through);
    // Nothing of AWS is named: the way to it is not even opened.
    assert.deepEqual(ended.aws.opened.flatMap(({ hosts }) => hosts), []);
    assert.equal(ended.aws.opened.length, ended.aws.closed);
    for (const { delivery: { id, message } } of ended.deliveries) {
      assert.equal(message.event, "test");
      assert.match(id, /^test-/);
    }
  });
}

const WRONG: readonly [does: string, row: Partial<Row>, code: number, message: RegExp, hint: RegExp][] = [
  ["refuses another word", { words: ["send"] }, 2, /^Unexpected word "send"$/, /notify list/],
  ["refuses a word too many", { words: ["list", "ops"] }, 2, /^Unexpected word "ops"$/, /notify list/],
  ["refuses a name that is none", { words: ["test", "osp"] }, 2, /^There is no channel "osp"$/, /did you mean "ops"\?/],
  ["has nothing to test", { words: ["test"], config: "" }, 1, /^There is no channel to send to$/, /\[notify NAME\]/],
];

for (const [does, row, code, message, hint] of WRONG) {
  Deno.test(`notify ${does}`, async () => {
    await assert.rejects(run(row), (error: UserError) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, message);
      assert.match(error.hints.join("\n"), hint);
      assert.equal(error.exitCode, code);
      return true;
    });
  });
}
