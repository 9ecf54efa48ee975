// Calls of the commands around the job that are wrong, or come at the wrong time: each is told in one sentence with the
// way out, and changes nothing.
import assert from "node:assert/strict";
import { bootSystemd, needsMachine } from "../service/support/machine.ts";
import { differences, heal, mustHeal, tracesOn, unpack } from "../service/support/program.ts";
import { makeHome } from "./support/home.ts";
import { sideBySide } from "./support/side_by_side.ts";
import { assertKind, type Call } from "./support/two_accounts.ts";

const PART_OF_HOUR = /"--every" is a part of an hour: 1, 2, .* 60 minutes/;

/** Told from the words alone, whoever asks and wherever. */
const WRONG: readonly Call[] = [
  { line: "install --every 5s", says: PART_OF_HOUR },
  { line: "install --every 7m", says: /write: --every 6m or 10m/ },
  { line: "install --every 10", says: /"10" is not a duration \(write 90s, 10m, 4h or 7d\)/ },
  { line: "install --every 0m", says: PART_OF_HOUR },
  { line: "install --every 2h", says: /write: --every 60m/ },
  { line: "install --every", says: /"--every" needs a value/ },
  { line: "install --scope machine", says: /"--scope" is user or system, not "machine"/ },
  { line: "install --manager upstart", says: /"--manager" is launchd, systemd or cron, not "upstart"/ },
  { line: "install --print --dry-run", says: /--print and --dry-run do not go together/ },
  { line: "install --env=", says: /"--env" needs a value/ },
  { line: "install --user root --user root", says: /"--user" can be given once/ },
  { line: "install --evry 5m", says: /did you mean "?--every/i },
  { line: "install 10m", says: /Unexpected word "10m"/ },
  { line: "install --user root --manager cron --scope system", says: /Cannot use cron for the machine/ },
  { line: "uninstall now", says: /Unexpected word "now"/ },
  { line: "uninstall --every 5m", says: /Unknown option "--every" of "uninstall"/ },
  { line: "uninstall --user root --user root", says: /"--user" can be given once/ },
  { line: "run --every 0", says: PART_OF_HOUR },
  { line: "run --every 90m", says: PART_OF_HOUR },
  { line: "run --every 90s", says: /write: --every 1m or 2m/ },
  { line: "run 10m", says: /Unexpected word "10m"/ },
  { line: "run --manager cron", says: /Unknown option "--manager" of "run"/ },
  { line: "logs -n x", says: /"--lines" is a number of lines, not "x"/ },
  { line: "logs --lines=-1", says: /"--lines" is a number of lines, not "-1"/ },
  { line: "logs -n", says: /"-n" needs a value/ },
  { line: "logs corp", says: /Unexpected word "corp"/ },
  { line: "status now", says: /Unexpected word "now"/ },
  { line: "status --every 5m", says: /Unknown option "--every" of "status"/ },
];

Deno.test("a wrong call around the job is told with the way out, and changes nothing", async (t) => {
  const rows = WRONG.map((call) => ({ name: call.line, ...call, code: 2 }));
  await sideBySide(t, rows, async (call) => {
    await using home = await makeHome({ config: null });
    assertKind(await home.run(call.line.split(" ")), call);
    assert.deepEqual([...Deno.readDirSync(home.path)], []);
  });
});

interface Late extends Call {
  readonly name: string;
  /** Root's unless given. */
  readonly as?: "alice";
  /** Shell commands of root that come before. */
  readonly place?: string;
  /** Those that put all back. */
  readonly after?: string;
}

const TIMER = "/etc/systemd/system/sso-heal-alice.timer";

/** What a job of the machine for alice, which is there, makes impossible or must survive. */
const LATE: readonly Late[] = [
  {
    name: "a job of the machine is there",
    as: "alice",
    line: "install --every 5m",
    says: /without root\n.*run: sudo \S+ install --every 5m --user alice\n/,
  },
  {
    name: "a job of the machine is there",
    as: "alice",
    line: "install --scope user",
    says: /a systemd timer of the machine already\n.*run: sudo \S+ uninstall --user alice/,
  },
  {
    name: "a job of the machine is there",
    as: "alice",
    line: "install --manager cron",
    says: /there is a systemd timer of the machine already/,
  },
  {
    name: "root's, and alice asks for it",
    as: "alice",
    line: "install --scope system --every 5m",
    says: /run: sudo \S+ install --every 5m --scope system --user alice/,
  },
  {
    name: "somebody has masked the timer",
    line: "install --user alice",
    place: `mv ${TIMER} /srv/timer; systemctl mask sso-heal-alice.timer`,
    after:
      `systemctl unmask sso-heal-alice.timer; mv /srv/timer ${TIMER}; systemctl daemon-reload; systemctl start sso-heal-alice.timer`,
    says: /sso-heal-alice\.timer/,
  },
  {
    name: "the folder of the units is read-only",
    line: "install --user alice --every 5m",
    place: "mount --bind -o ro /etc/systemd/system /etc/systemd/system",
    after: "umount /etc/systemd/system",
    says: /Read-only file system/,
  },
];

Deno.test({
  name: "a call that comes while a job of the machine is there is told what helps, and changes nothing",
  ...needsMachine("calls beside a job of the machine"),
  async fn(t) {
    await using machine = await bootSystemd();
    await unpack(machine);
    await mustHeal(machine, "install --user alice");
    for (const { name, as, line, place = ":", after = ":", says, code = 1 } of LATE) {
      await t.step(`${as ?? "root"}: ${line}: ${name}`, async () => {
        await machine.sh(place);
        const before = await tracesOn(machine);
        const ended = await heal(machine, line, { as });
        assertKind({ code: ended.code, out: ended.stdout, err: ended.stderr }, { line, says, code });
        assert.deepEqual(differences(before, await tracesOn(machine)), []);
        await machine.sh(after);
        assert.equal(await machine.sh("systemctl is-active sso-heal-alice.timer"), "active");
      });
    }
  },
});
