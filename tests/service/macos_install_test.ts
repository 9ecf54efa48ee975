// A job on a Mac is set up: where it goes, what it proves, and that a second time changes nothing.
import assert from "node:assert/strict";
import { MINUTE } from "../support/fake_system.ts";
import { agentText, DAEMON_TEXT, JOB, Mac, ownBinary, recordPath, SHARED_BINARY, stepsOf } from "./support/mac.ts";

const FRESH = ["folders", "binary", "write", "write", "activate", "prove"];

Deno.test("install with sudo on a headless Mac sets up a LaunchDaemon that runs as the account", async () => {
  await using mac = await Mac.make();
  const { planned, proof } = await mac.install("root");
  assert.deepEqual(stepsOf(planned), FRESH);
  assert.equal(proof?.outcome, "healthy");
  assert.deepEqual(mac.launchd.loaded, [`system/${JOB}`]);
  const modes = [DAEMON_TEXT, SHARED_BINARY, recordPath(mac)].map((path) => mac.mode(path));
  assert.deepEqual(modes, ["0644", "0755", "0600"]);
  const text = mac.read(DAEMON_TEXT) ?? "";
  assert.match(text, /<key>UserName<\/key>\s*<string>alice</);
  for (const key of ["WorkingDirectory", "HOME"]) {
    assert.ok(text.replaceAll(/>\s+</g, "><").includes(`<key>${key}</key><string>${mac.alice.home}</string>`), key);
  }
  assert.equal(mac.has(ownBinary(mac)), false);
  assert.deepEqual(mac.trespasses, []);
  const { manager, scope, domain, stale, hints } = await mac.status();
  assert.deepEqual({ manager, scope, domain, stale, hints }, {
    ...{ manager: "launchd", scope: "system", domain: "system", stale: false, hints: [] },
  });
});

Deno.test("install on a headless Mac without root names the line with sudo, and what goes without", async () => {
  await using mac = await Mac.make();
  const hints = await mac.mustFail(() => mac.install("alice"), /^Cannot set up a job of the machine without root$/);
  assert.deepEqual(hints, [
    `run: sudo ${mac.self} install --user alice`,
    `or one of your own account: ${mac.self} install --scope user`,
  ]);
  assert.deepEqual(stepsOf(await mac.plan("alice", { forShow: true })), FRESH);
});

Deno.test("install --scope user on a headless Mac goes into the background, and status says when it will not run", async () => {
  await using mac = await Mac.make();
  mac.logInBySsh();
  await mac.install("alice", { scope: "user" });
  assert.deepEqual(mac.launchd.loaded, [`user/501/${JOB}`]);
  const { stale, domain, scope, hints } = await mac.status();
  assert.deepEqual({ stale, domain, scope }, { stale: false, domain: "user/501", scope: "user" });
  assert.deepEqual(hints.map(({ code, hint }) => [code, hint]), [
    ["JobNeedsLogin", "run: sudo sso-heal install --scope system --user alice"],
  ]);
});

Deno.test("install on a desktop sets up a LaunchAgent, and takes the run that loading has started for the proof", async () => {
  await using mac = await Mac.desktop();
  const { planned, proof } = await mac.install("alice");
  assert.deepEqual(stepsOf(planned), FRESH);
  assert.deepEqual([proof?.outcome, mac.launchd.runs], ["healthy", 1]);
  assert.deepEqual(mac.launchd.loaded, [`gui/501/${JOB}`]);
  assert.match(mac.read(agentText(mac)) ?? "", /<string>Aqua<\/string>\s*<string>Background</);
  assert.equal(mac.mode(agentText(mac)), "0644");
  assert.equal(mac.has(SHARED_BINARY), false);
  const { loaded, stale, nextRunAt = 0, hints } = await mac.status();
  assert.deepEqual({ loaded, stale, hints }, { loaded: true, stale: false, hints: [] });
  assert.ok(nextRunAt > mac.base.clock && nextRunAt <= mac.base.clock + 10 * MINUTE, "the next run is within 10 min");
});

for (const who of ["alice", "root"] as const) {
  Deno.test(`a second install of ${who} changes nothing, and does not disturb the job`, async () => {
    await using mac = who === "alice" ? await Mac.desktop() : await Mac.make();
    await mac.install(who);
    const [files, runs] = [mac.files(), mac.launchd.runs];
    mac.calls.length = 0;
    const { planned } = await mac.install(who);
    assert.deepEqual(planned.steps, []);
    assert.deepEqual(mac.changesSince(files), []);
    assert.deepEqual(mac.calls.filter((call) => /launchctl (?!print)/.test(call)), []);
    assert.equal(mac.launchd.runs, runs);
  });
}

Deno.test("a second install of root keeps the daemon when somebody has come to the screen meanwhile", async () => {
  await using mac = await Mac.make();
  await mac.install("root");
  mac.logIn();
  assert.deepEqual(stepsOf(await mac.plan("root")), []);
});

Deno.test("install --every changes the text and the record, and nothing else", async () => {
  await using mac = await Mac.make();
  await mac.install("root");
  const files = mac.files();
  const { planned } = await mac.install("root", { everyMinutes: 5 });
  assert.deepEqual(stepsOf(planned), ["write", "write", "activate", "prove"]);
  assert.deepEqual(mac.changesSince(files), [DAEMON_TEXT, recordPath(mac)].sort());
  assert.equal(mac.read(DAEMON_TEXT)?.match(/<key>Minute</g)?.length, 12);
  const [before, after] = [files[recordPath(mac)], mac.files()[recordPath(mac)]];
  assert.equal(after, before.replace('"everyMs":600000', '"everyMs":300000'));
  assert.deepEqual(stepsOf(await mac.plan("root")), []);
});

Deno.test("install repairs a job that launchd has forgotten or was told to forget, and touches no file", async () => {
  await using mac = await Mac.desktop();
  await mac.install("alice");
  const files = mac.files();
  mac.launchd.launchctl(["bootout", `gui/501/${JOB}`], false);
  mac.launchd.disabled.add(`gui/501/${JOB}`);
  assert.deepEqual(stepsOf((await mac.install("alice")).planned), ["activate", "prove"]);
  assert.deepEqual([mac.launchd.loaded, mac.changesSince(files)], [[`gui/501/${JOB}`], []]);
});

Deno.test("install of another version changes the binary alone, and proves it", async () => {
  await using mac = await Mac.desktop();
  await mac.install("alice");
  const files = mac.files();
  mac.download("sso-heal 2.0");
  assert.deepEqual(stepsOf((await mac.install("alice")).planned), ["binary", "prove"]);
  assert.deepEqual(mac.changesSince(files), [mac.self, ownBinary(mac)].sort());
});

Deno.test("install takes the mark of a download off its copy, and off nothing else", async () => {
  await using mac = await Mac.desktop();
  mac.quarantined.add(mac.self);
  await mac.install("alice");
  assert.deepEqual([...mac.quarantined], [mac.self]);
  assert.equal(mac.launchd.runs, 1);
});

Deno.test("install tries again when launchd says 5, and waits longer each time", async () => {
  await using mac = await Mac.make();
  mac.launchd.refusals.push(5, 5, 0);
  await mac.install("root");
  assert.deepEqual(mac.launchd.loaded, [`system/${JOB}`]);
  assert.deepEqual(mac.base.sleeps.slice(0, 2), [1_000, 2_000]);
});

Deno.test("install warns of what macOS keeps from a job, wherever the links in our folders lead", async () => {
  await using mac = await Mac.desktop();
  const { home } = mac.alice;
  const targets = ["Desktop/config", "Library/Mobile Documents/creds", "work/config.ini"].map((path) =>
    `${home}/${path}`
  );
  for (const target of targets) mac.write(target, "");
  const links = [".aws/config", ".aws/credentials", ".config/sso-heal/config.ini"].map((path) => `${home}/${path}`);
  for (const folder of [".aws", ".config/sso-heal"]) Deno.mkdirSync(`${home}/${folder}`, { recursive: true });
  for (const [index, link] of links.entries()) Deno.symlinkSync(targets[index], link);
  const { hints } = await mac.plan("alice");
  assert.deepEqual(hints.map(({ code, message }) => [code, message.match(/keep (.*) from/)?.[1]]), [
    ["ProtectedByMacos", targets[0]],
    ["ProtectedByMacos", targets[1]],
  ]);
});

Deno.test("install is content with a first run that finds a person missing", async () => {
  await using mac = await Mac.desktop();
  mac.launchd.fates = [{ ms: 20_000, exitCode: 4, outcome: "needs-login" }];
  assert.equal((await mac.install("alice")).proof?.outcome, "needs-login");
});

Deno.test("install starts the job again when its first run met another check", async () => {
  await using mac = await Mac.desktop();
  mac.launchd.fates.unshift({ ms: 1_000, exitCode: 75 });
  assert.equal((await mac.install("alice")).proof?.outcome, "healthy");
  assert.equal(mac.launchd.runs, 2);
});
