// Tests of the plan of an installation on Linux: which manager, for whom, what is kept, and what is said besides.
import assert from "node:assert/strict";
import { START } from "../../tests/support/fake_system.ts";
import { Linux } from "../../tests/service/support/linux.ts";
import { UserError } from "../domain/problem.ts";
import { formatServiceRecord, type ServiceRecord } from "../store/service_record.ts";
import type { InstallOptions } from "./install.ts";
import { nameOf } from "./jobs.ts";

const RECORD = ".local/state/sso-heal/service.json";
const CRON: ServiceRecord = { manager: "cron", scope: "user", everyMs: 300_000, since: 7 };
const USER: ServiceRecord = { ...CRON, manager: "systemd", hardening: "basic" };

interface World {
  readonly uid?: number;
  readonly env?: Record<string, string>;
  readonly hasSystemd?: boolean;
  readonly hasCron?: boolean;
  readonly record?: ServiceRecord;
}

async function linux({ env, record, ...more }: World): Promise<Linux> {
  const linux = Object.assign(await Linux.make(env), more);
  if (record !== undefined) linux.system.write(RECORD, formatServiceRecord(record));
  return linux;
}

const SUDO = { uid: 0, env: { SUDO_USER: "alice" } };
const ROOTS_BINARY = "/usr/local/bin/sso-heal";
type Row = readonly [sentence: string, world: World, options: Partial<InstallOptions>, way: string, binary?: string];

const WAYS: readonly Row[] = [
  ["systemd for an account", { hasSystemd: true }, {}, "a systemd timer of the account"],
  ["the machine for root", { hasSystemd: true, ...SUDO }, {}, "a systemd timer of the machine", ROOTS_BINARY],
  [
    "the account for root that says so",
    { hasSystemd: true, ...SUDO },
    { scope: "user" },
    ...[
      "a systemd timer of the account",
      ROOTS_BINARY,
    ] as const,
  ],
  ["cron without systemd", {}, {}, "a crontab line"],
  ["cron where it is asked for", { hasSystemd: true }, { manager: "cron" }, "a crontab line"],
  ["what is there already", { hasSystemd: true, record: CRON }, {}, "a crontab line"],
  [
    "what is asked for before what is there",
    { hasSystemd: true, record: CRON },
    { manager: "systemd" },
    ...[
      "a systemd timer of the account",
    ] as const,
  ],
  [
    "the machine for root, where the account had its own",
    { hasSystemd: true, record: USER, ...SUDO },
    {},
    ...[
      "a systemd timer of the machine",
      ROOTS_BINARY,
    ] as const,
  ],
  [
    "systemd where `run` checks in the foreground",
    { hasSystemd: true, record: { ...CRON, manager: "run" } },
    {},
    ...[
      "a systemd timer of the account",
    ] as const,
  ],
];

for (const [sentence, world, options, way, binary] of WAYS) {
  Deno.test(`planInstall() chooses ${sentence}`, async () => {
    await using machine = await linux(world);
    const planned = await machine.plan(options);
    assert.equal(nameOf(planned.way), way);
    assert.equal(planned.job.binary, binary ?? `${machine.system.home}/.local/bin/sso-heal`);
    assert.deepEqual(machine.calls.filter((call) => !/^(id|getent|loginctl|pgrep)|show|-l$/.test(call)), []);
  });
}

type Refusal = readonly [
  sentence: string,
  world: World,
  options: Partial<InstallOptions>,
  message: RegExp,
  hint: string,
];

const REFUSALS: readonly Refusal[] = [
  [
    "a job of the machine to an account, with the line that root types",
    { hasSystemd: true },
    { scope: "system", command: "/opt/sso-heal install --scope system" },
    /^Cannot set up a job of the machine without root$/,
    "run: sudo /opt/sso-heal install --scope system --user alice",
  ],
  ["launchd here", {}, { manager: "launchd" }, /^Cannot use launchd on this system$/, "use systemd or cron"],
  [
    "a machine on which nothing runs jobs",
    { hasCron: false },
    {},
    /^Cannot find anything here that runs jobs: neither systemd nor cron$/,
    "in a container, run in the foreground: sso-heal run --every 10m",
  ],
  [
    "root that names nobody",
    { uid: 0 },
    {},
    /root is asking, for nobody$/,
    "name the account: /opt/sso-heal install --user NAME",
  ],
];

for (const [sentence, world, options, message, hint] of REFUSALS) {
  Deno.test(`planInstall() refuses ${sentence}`, async () => {
    await using machine = await linux(world);
    await assert.rejects(machine.plan(options), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, message);
      assert.equal(error.hints[0], hint);
      return true;
    });
  });
}

Deno.test("planInstall() refuses a crontab of the machine, and its table with a damaged block", async () => {
  await using machine = await linux({});
  await assert.rejects(machine.plan({ manager: "cron", scope: "system" }), /its tables belong to accounts$/);
  machine.crontab = "# BEGIN sso-heal (sso-heal:managed v1)\n";
  await assert.rejects(machine.plan(), /has no end$/);
});

Deno.test("planInstall() shows the plan of a job of the machine to an account, too", async () => {
  await using machine = await linux({ hasSystemd: true });
  assert.equal((await machine.plan({ scope: "system", forShow: true })).job.hardening, "hardened");
});

Deno.test("planInstall() keeps interval, time and hardening of the job that is there, unless told otherwise", async () => {
  const rows:
    readonly (readonly [World, Partial<InstallOptions>, everyMs: number, since: number, hardening: string])[] = [
      [{ hasSystemd: true }, {}, 600_000, START, "strict"],
      [{ hasSystemd: true, record: USER }, {}, 300_000, 7, "basic"],
      [{ hasSystemd: true, record: USER }, { everyMinutes: 20 }, 1_200_000, 7, "basic"],
      [{ hasSystemd: true, record: CRON }, { manager: "systemd" }, 300_000, START, "strict"],
    ];
  for (const [world, options, everyMs, since, hardening] of rows) {
    await using machine = await linux(world);
    const { record } = await machine.plan(options);
    assert.deepEqual([record.everyMs, record.since, record.hardening], [everyMs, since, hardening]);
  }
});

Deno.test("planInstall() keeps proxies in the open, secrets in the private file, and says what the job will not have", async () => {
  const env = {
    HTTPS_PROXY: "http://p:1",
    SMTP: "s3cret",
    AWS_REGION: "eu-west-1",
    AWS_CONFIG_FILE: "/x",
    AWS_PROFILE: "p",
  };
  await using machine = await linux({ hasSystemd: true, env });
  machine.system.write(
    ".config/sso-heal/config.ini",
    "[notify mail]\ntype = email\nserver = smtps://a@b.example\npassword = env:SMTP\nto = a@b.example\n" +
      "[notify ops]\ntype = slack\nwebhook_url = env:GONE\n",
  );
  const { job, record, hints, steps } = await machine.plan({ env: ["AWS_REGION"] });
  assert.deepEqual(job.env, { HTTPS_PROXY: "http://p:1", AWS_REGION: "eu-west-1" });
  assert.deepEqual(job.secretEnv, { SMTP: "s3cret" });
  assert.deepEqual(record.env, job.env);
  const texts = steps.flatMap((step) =>
    step.do === "write" ? [[step.unit.path, step.unit.mode, step.text]] as const : []
  );
  const secret = texts.filter(([, , text]) => text?.includes("s3cret"));
  assert.deepEqual(secret.map(([path, mode]) => [path, mode]), [[
    `${machine.system.home}/.config/sso-heal/env`,
    0o600,
  ]]);
  assert.deepEqual(hints.map(({ code, message }) => [code, message.match(/env:\w+|AWS_\w+/)?.[0]]), [
    ["VariableMissing", "env:GONE"],
    ["VariableNotKept", "AWS_CONFIG_FILE"],
  ]);
});

Deno.test("planInstall() removes its file of secrets when there are none left, and leaves a foreign one alone", async () => {
  for (const [text, isRemoved] of [['# sso-heal:managed v1\nOLD="x"\n', true], ["MINE=x\n", false]] as const) {
    await using machine = await linux({ hasSystemd: true });
    machine.system.write(".config/sso-heal/env", text);
    const removed = (await machine.plan()).steps.filter((step) => step.do === "write" && step.text === undefined);
    assert.equal(removed.length, isRemoved ? 1 : 0, text);
  }
});

Deno.test("planInstall() takes another job of ours out, and refuses beside one of root", async () => {
  await using machine = await linux({ hasSystemd: true });
  machine.crontab = "# BEGIN sso-heal (sso-heal:managed v1)\n0 * * * * x\n# END sso-heal\n";
  const { steps } = await machine.plan({ manager: "systemd" });
  assert.deepEqual(steps.at(-1), { do: "take-out", other: "a crontab line" });
  machine.system.write("etc/systemd/system/sso-heal-alice.timer", "# sso-heal:managed v1\n");
  await assert.rejects(machine.plan({ scope: "user" }), /there is a systemd timer of the machine already$/);
});
