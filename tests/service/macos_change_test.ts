// A job on a Mac fails, moves to another place, or goes: what is taken back, what takes over, what stays.
import assert from "node:assert/strict";
import { MINUTE } from "../support/fake_system.ts";
import { agentText, DAEMON_TEXT, JOB, Mac, ownBinary, recordPath, SHARED_BINARY, stepsOf } from "./support/mac.ts";

const FORMER = "com.sso-self-healing";

Deno.test("a first install that cannot use its copy leaves nothing", async () => {
  const rows: readonly (readonly [spoil: (mac: Mac) => void, message: RegExp])[] = [
    [
      (mac) => mac.isSigned = false,
      /^Cannot use .*sso-heal\.new-\d+: its signature does not fit \(invalid signature\)$/,
    ],
    [(mac) => mac.download('$(basename "$0")'), /^Cannot use the copy at .*: it does not run for alice$/],
  ];
  for (const [spoil, message] of rows) {
    await using mac = await Mac.desktop();
    spoil(mac);
    await mac.mustFail(() => mac.install("alice"), message);
  }
});

Deno.test("an upgrade that cannot use its copy leaves the former program in its place", async () => {
  await using mac = await Mac.desktop();
  await mac.install("alice");
  mac.download("sso-heal 2.0");
  mac.isSigned = false;
  await mac.mustFail(() => mac.install("alice"), /signature does not fit/);
  assert.match(mac.read(ownBinary(mac)) ?? "", /sso-heal 1\.0/);
});

Deno.test("an upgrade that does not prove itself gives the former program its place back", async () => {
  await using mac = await Mac.desktop();
  await mac.install("alice");
  mac.download("sso-heal 2.0");
  mac.launchd.fates = [{ ms: 1_000, exitCode: 1 }];
  const hints = await mac.mustFail(() => mac.install("alice"), /^Cannot prove the job: .*\(exit-code 1\)$/);
  assert.equal(hints.at(-1), "everything is as it was before");
});

Deno.test("a first install over ssh into a session that refuses is taken back, and names the way without a login", async () => {
  await using mac = await Mac.desktop();
  mac.launchd.refusals.push(125);
  const hints = await mac.mustFail(() => mac.install("alice"), /nobody is logged in there \(Bootstrap failed: 125/);
  assert.equal(hints[0], "run: sudo sso-heal install --scope system --user alice (it needs no login)");
  assert.equal(hints.at(-1), "everything is as it was before");
  assert.deepEqual(mac.launchd.loaded, []);
});

Deno.test("a job whose program launchd cannot start is taken back", async () => {
  await using mac = await Mac.make();
  await mac.install("root");
  const { isFolder } = mac.launchd.ground;
  mac.launchd.ground.isFolder = () => false;
  const hints = await mac.mustFail(() => mac.install("root", { everyMinutes: 5 }), /cannot start its program.*78/);
  assert.match(hints[0], /plutil -p/);
  mac.launchd.ground.isFolder = isFolder;
  assert.equal((await mac.status()).everyMs, 10 * MINUTE);
});

Deno.test("a job without a heartbeat is taken back after a minute and a half, with advice that fits a Mac", async () => {
  await using mac = await Mac.make();
  mac.launchd.fates = [{ ms: 1_000, exitCode: 0 }];
  const hints = await mac.mustFail(() => mac.install("root"), /no heartbeat came within 1 min/);
  assert.ok(hints.some((hint) => hint.includes(`launchctl print system/${JOB}`)), hints.join("\n"));
  assert.ok(!hints.some((hint) => hint.includes("journalctl")), hints.join("\n"));
});

Deno.test("somebody else's text of that name is refused and stays", async () => {
  await using mac = await Mac.make();
  mac.write(DAEMON_TEXT, "<plist/>\n");
  const hints = await mac.mustFail(() => mac.install("root"), /the file that is there was not written by sso-heal$/);
  assert.match(hints[0], /move it away: mv /);
});

Deno.test("the daemon takes over from the agent: one job, one binary, and a record of the new domain", async () => {
  await using mac = await Mac.desktop();
  await mac.install("alice");
  mac.atScreen = undefined;
  const { planned } = await mac.install("root");
  assert.equal(stepsOf(planned).at(-1), "take-out");
  assert.deepEqual(mac.launchd.loaded, [`system/${JOB}`]);
  assert.deepEqual([agentText(mac), ownBinary(mac)].map((path) => mac.has(path)), [false, false]);
  assert.deepEqual([DAEMON_TEXT, SHARED_BINARY].map((path) => mac.has(path)), [true, true]);
  const { scope, domain } = mac.record ?? {};
  assert.deepEqual({ scope, domain }, { scope: "system", domain: "system" });
  assert.deepEqual(mac.trespasses, []);
  assert.deepEqual(stepsOf(await mac.plan("root")), []);
});

Deno.test("a daemon that fails leaves the agent in its place, loaded", async () => {
  await using mac = await Mac.desktop();
  await mac.install("alice");
  mac.atScreen = undefined;
  mac.launchd.fates = [{ ms: 1_000, exitCode: 1 }];
  await mac.mustFail(() => mac.install("root"), /^Cannot prove the job/);
  assert.deepEqual(mac.launchd.loaded, [`gui/501/${JOB}`]);
});

Deno.test("the account cannot put an agent beside root's daemon", async () => {
  await using mac = await Mac.make();
  await mac.install("root");
  mac.logIn();
  const beside = () => mac.install("alice", { scope: "user" });
  const hints = await mac.mustFail(beside, /there is a LaunchDaemon already$/);
  assert.deepEqual(hints, [`run: sudo '${mac.self}' uninstall --user alice`]);
});

Deno.test("the job of the older script is named, and retired with consent once the new one has proved itself", async () => {
  await using mac = await Mac.desktop();
  const text = `${mac.alice.home}/Library/LaunchAgents/${FORMER}.plist`;
  mac.write(text, "<plist/>\n");
  const hints = await mac.mustFail(() => mac.install("alice"), /an older script has a launchd job here: /);
  assert.match(hints[0], /add --replace$/);
  const { planned, kept } = await mac.install("alice", { replace: true });
  assert.deepEqual(stepsOf(planned).slice(-2), ["prove", "retire"]);
  assert.equal(mac.has(text), false);
  assert.equal(mac.read(kept[0]), "<plist/>\n");
});

Deno.test("root's job of the older script is refused to the account before anything is begun", async () => {
  await using mac = await Mac.desktop();
  mac.write(`/Library/LaunchDaemons/${FORMER}.plist`, "<plist/>\n");
  mac.calls.length = 0;
  const hints = await mac.mustFail(() => mac.install("alice", { replace: true }), /of root: an older script/);
  assert.ok(hints.some((hint) => hint.includes("sudo")), hints.join("\n"));
  assert.ok(!mac.calls.some((call) => call.startsWith("launchctl bootstrap")), "it was begun");
});

Deno.test("uninstall takes the agent out of the domain into which a login has moved it, and keeps what was learned", async () => {
  await using mac = await Mac.desktop();
  const empty = mac.files();
  await mac.install("alice");
  const learned = `${mac.alice.home}/.local/state/sso-heal/history.jsonl`;
  mac.write(learned, "{}\n");
  mac.launchd.move(`gui/501/${JOB}`, `user/501/${JOB}`);
  const { gone, left } = await mac.uninstall("alice");
  assert.deepEqual(gone, [`a LaunchAgent (${agentText(mac)})`, ownBinary(mac)]);
  assert.deepEqual([left, mac.launchd.loaded, mac.changesSince(empty)], [[], [], [learned]]);
  assert.deepEqual(await mac.uninstall("alice"), { gone: [], left: [] });
  await mac.uninstall("alice", { purge: true });
  assert.deepEqual(mac.changesSince(empty), []);
});

Deno.test("uninstall of the account leaves root's daemon whole, and names the line for root", async () => {
  await using mac = await Mac.make();
  await mac.install("root");
  const files = mac.files();
  const { gone, left } = await mac.uninstall("alice");
  assert.deepEqual([gone, mac.changesSince(files), mac.launchd.loaded], [[], [], [`system/${JOB}`]]);
  assert.deepEqual(left, [{
    message: `a LaunchDaemon is root's: ${DAEMON_TEXT}`,
    hint: "run: sudo sso-heal uninstall --user alice",
  }]);
});

Deno.test("uninstall of root takes daemon and agent out, with the binary of the machine", async () => {
  await using mac = await Mac.make();
  const empty = mac.files();
  await mac.install("root");
  mac.logIn();
  mac.write(agentText(mac), mac.read(DAEMON_TEXT) ?? "");
  mac.launchd.launchctl(["bootstrap", "gui/501", agentText(mac)], true);
  const would = await mac.uninstall("root", { dryRun: true });
  assert.equal(mac.launchd.loaded.length, 2);
  const { gone, left } = await mac.uninstall("root");
  assert.deepEqual(gone, [`a LaunchDaemon (${DAEMON_TEXT})`, `a LaunchAgent (${agentText(mac)})`, SHARED_BINARY]);
  assert.deepEqual([would.gone, left, mac.launchd.loaded, mac.changesSince(empty)], [gone, [], [], []]);
  assert.deepEqual(mac.trespasses, []);
});

Deno.test("uninstall leaves the binary of the machine to the daemon of another account", async () => {
  await using mac = await Mac.make();
  await mac.install("root");
  mac.write("/Library/LaunchDaemons/sso-heal.check.bob.plist", `<string>${SHARED_BINARY}</string>\n`);
  assert.deepEqual((await mac.uninstall("root")).gone, [`a LaunchDaemon (${DAEMON_TEXT})`]);
  assert.ok(mac.has(SHARED_BINARY));
});

Deno.test("uninstall that cannot end the job keeps all that the job needs", async () => {
  await using mac = await Mac.make();
  await mac.install("root");
  const files = mac.files();
  const { launchctl } = mac.launchd;
  mac.launchd.launchctl = (args, isRoot) =>
    args[0] === "bootout"
      ? { code: 1, stdout: "", stderr: "not permitted" }
      : launchctl.call(mac.launchd, args, isRoot);
  const { gone, left } = await mac.uninstall("root", { purge: true });
  assert.deepEqual([gone, mac.changesSince(files)], [[], []]);
  assert.match(left[0].message, /^Cannot remove the launchd job system\//);
});

Deno.test("status says what stands in the way of a job: a switch in the settings, a locked disk, silence", async () => {
  const rows: readonly (readonly [happens: (mac: Mac) => void, code: string, hint: RegExp])[] = [
    [(mac) => mac.launchd.launchctl(["bootout", `system/${JOB}`], true), "JobNotLoaded", /Login Items & Extensions/],
    [(mac) => mac.launchd.disabled.add(`system/${JOB}`), "JobDisabled", /sudo launchctl enable system/],
    [(mac) => mac.hasFileVault = true, "FileVault", /sudo fdesetup authrestart$/],
    [(mac) => mac.base.clock += 26 * MINUTE, "Overdue", /sso-heal install, which repairs it$/],
  ];
  for (const [happens, code, hint] of rows) {
    await using mac = await Mac.make();
    await mac.install("root");
    assert.deepEqual((await mac.status()).hints, []);
    happens(mac);
    const { stale, hints } = await mac.status();
    assert.deepEqual(hints.map((one) => one.code), [code]);
    assert.match(hints[0].hint, hint);
    assert.equal(stale, code !== "FileVault", code);
  }
});

Deno.test("what the account writes into its record gives root no other path or domain", async () => {
  await using mac = await Mac.make();
  await mac.install("root");
  const record = JSON.parse(mac.read(recordPath(mac)) ?? "");
  mac.write("/Library/precious", "stays");
  mac.write(recordPath(mac), JSON.stringify({ ...record, binary: "/Library/precious", domain: "gui/0" }));
  await mac.uninstall("root");
  assert.equal(mac.read("/Library/precious"), "stays");
  assert.deepEqual(mac.launchd.loaded, []);
});
