// Tests of what an uninstallation takes out on Linux, what it leaves, and what it does not let itself be told.
import assert from "node:assert/strict";
import { START } from "../../tests/support/fake_system.ts";
import { Linux } from "../../tests/service/support/linux.ts";
import { formatServiceRecord, type ServiceRecord } from "../store/service_record.ts";
import { uninstall, type UninstallOptions } from "./uninstall.ts";

const STATE = ".local/state/sso-heal";
const BINARY = ".local/bin/sso-heal";
const TABLE = "# mine\n# BEGIN sso-heal (sso-heal:managed v1)\n3 * * * * x\n# END sso-heal\n0 4 * * * backup\n";
const CRON: ServiceRecord = { manager: "cron", scope: "user", everyMs: 600_000, since: START };

function remove({ system }: Linux, more: Partial<UninstallOptions> = {}) {
  return uninstall(system, { purge: false, dryRun: false, command: "/opt/sso-heal uninstall", ...more });
}

/** A machine with a crontab line, a copied binary, kept variables, and what a user owns. */
async function installed(more: Partial<ServiceRecord> = {}): Promise<Linux> {
  const linux = await Linux.make();
  const { system } = linux;
  linux.crontab = TABLE;
  system.write(BINARY, "program");
  system.write(".config/sso-heal/config.ini", "[check]\n");
  system.write(".config/sso-heal/env", '# sso-heal:managed v1\nA="1"\n');
  system.write(`${STATE}/history.jsonl`, "{}\n");
  const record = { ...CRON, binary: `${system.home}/${BINARY}`, copied: true, ...more };
  system.write(`${STATE}/service.json`, formatServiceRecord(record));
  return linux;
}

function filesOf({ system }: Linux): readonly string[] {
  const names = [BINARY, ".config/sso-heal/config.ini", ".config/sso-heal/env", `${STATE}/history.jsonl`];
  return [...names, `${STATE}/service.json`].filter((path) => system.read(path) !== undefined);
}

const KEPT = [".config/sso-heal/config.ini", `${STATE}/history.jsonl`];

Deno.test("uninstall() takes out line, variables, binary and record, and leaves what is the user's", async () => {
  await using linux = await installed();
  const { home } = linux.system;
  assert.deepEqual(await remove(linux), {
    gone: ["a crontab line (the crontab)", `${home}/.config/sso-heal/env`, `${home}/${BINARY}`],
    left: [],
  });
  assert.equal(linux.crontab, "# mine\n0 4 * * * backup\n");
  assert.deepEqual(filesOf(linux), KEPT);
  assert.deepEqual(await remove(linux), { gone: [], left: [] });
});

Deno.test("uninstall() --purge removes the state folder, and no configuration", async () => {
  await using linux = await installed();
  const { gone } = await remove(linux, { purge: true });
  assert.equal(gone.at(-1), `${linux.system.home}/${STATE}`);
  assert.deepEqual(filesOf(linux), [".config/sso-heal/config.ini"]);
});

Deno.test("uninstall() --dry-run names the same, and touches nothing", async () => {
  await using linux = await installed({ lingerBegun: true });
  const [before, traces] = [linux.crontab, filesOf(linux)];
  const would = await remove(linux, { purge: true, dryRun: true });
  assert.deepEqual([linux.crontab, filesOf(linux)], [before, traces]);
  assert.deepEqual(linux.calls.filter((call) => /linger|crontab -[^l]/.test(call)), []);
  assert.deepEqual(await remove(linux, { purge: true }), would);
});

Deno.test("uninstall() ends lingering only where install began it", async () => {
  for (const lingerBegun of [true, undefined]) {
    await using linux = await installed({ lingerBegun });
    await remove(linux);
    const ended = linux.calls.filter((call) => call.includes("disable-linger"));
    assert.equal(ended.length, lingerBegun ? 1 : 0);
  }
});

Deno.test("uninstall() leaves a binary that install did not put there, and variables that a person wrote", async () => {
  await using linux = await installed({ copied: undefined });
  linux.system.write(".config/sso-heal/env", "MINE=1\n");
  assert.deepEqual((await remove(linux)).gone, ["a crontab line (the crontab)"]);
  assert.deepEqual(filesOf(linux), [BINARY, ".config/sso-heal/config.ini", ".config/sso-heal/env", KEPT[1]]);
});

Deno.test("uninstall() removes no file only because the record names it", async () => {
  await using linux = await installed();
  const precious = `${linux.system.home}/precious`;
  linux.system.write("precious", "stays");
  linux.system.write(`${STATE}/service.json`, formatServiceRecord({ ...CRON, binary: precious, copied: true }));
  await remove(linux);
  assert.equal(linux.system.read("precious"), "stays");
});

Deno.test("uninstall() leaves the record to a `run` in the foreground", async () => {
  await using linux = await installed({ manager: "run", binary: undefined, copied: undefined, pid: 7 });
  await remove(linux);
  assert.ok(filesOf(linux).includes(`${STATE}/service.json`));
});

Deno.test("uninstall() leaves everything of the job when its table cannot be changed", async () => {
  await using linux = await installed();
  const { run } = linux.system;
  linux.system.run = (command) =>
    command.program.endsWith("crontab") && command.args.at(-1) === "-"
      ? Promise.resolve({ code: 1, stdout: "", stderr: "disk full" })
      : run(command);
  const traces = filesOf(linux);
  const { gone, left } = await remove(linux, { purge: true });
  assert.deepEqual([gone, filesOf(linux), linux.crontab], [[], traces, TABLE]);
  assert.deepEqual(left.map(({ message }) => message), ["Cannot write the crontab: disk full"]);
});

Deno.test("uninstall() of an account leaves the timer of the machine whole, and names the line for root", async () => {
  await using linux = await installed();
  linux.crontab = undefined;
  linux.system.write("etc/systemd/system/sso-heal-alice.timer", "# sso-heal:managed v1\n");
  const traces = filesOf(linux);
  assert.deepEqual(await remove(linux), {
    gone: [],
    left: [{
      message: "a systemd timer of the machine is root's: /etc/systemd/system/sso-heal-alice.timer",
      hint: "run: sudo /opt/sso-heal uninstall --user alice",
    }],
  });
  assert.deepEqual(filesOf(linux), traces);
});
