// Tests of the record of the job: what comes back of it, and what of a damaged or forged one is believed.
import assert from "node:assert/strict";
import { fakeSystem, START } from "../../tests/support/fake_system.ts";
import { modeOf } from "../../tests/support/temporary_home.ts";
import { statePaths } from "./paths.ts";
import {
  formatServiceRecord,
  parseServiceRecord,
  readServiceRecord,
  removeServiceRecord,
  type ServiceRecord,
  writeServiceRecord,
} from "./service_record.ts";

const LEAST: ServiceRecord = { manager: "systemd", scope: "user", everyMs: 600_000, since: START };
const WHOLE: Required<ServiceRecord> = {
  manager: "launchd",
  scope: "user",
  everyMs: 300_000,
  since: START,
  pid: 4242,
  domain: "gui/501",
  account: { name: "alice", uid: 501, gid: 20, home: "/Users/Alice Smith" },
  hardening: "none",
  binary: "/Users/Alice Smith/.local/bin/sso-heal",
  copied: true,
  env: { NO_PROXY: "a,b", HTTPS_PROXY: "http://p:1" },
  lingerBegun: true,
};

Deno.test("parseServiceRecord() gives back what formatServiceRecord() was given", () => {
  for (const record of [LEAST, WHOLE, { ...LEAST, manager: "run", pid: 1 } as const]) {
    assert.deepEqual(parseServiceRecord(formatServiceRecord(record)), record);
  }
});

Deno.test("formatServiceRecord() is one line, the same whatever the order, and leaves out what is not there", () => {
  const turned = Object.fromEntries(Object.entries(WHOLE).toReversed()) as unknown as ServiceRecord;
  assert.equal(formatServiceRecord(turned), formatServiceRecord(WHOLE));
  assert.equal(
    formatServiceRecord({ ...LEAST, domain: undefined }),
    `{"version":1,"manager":"systemd","scope":"user","everyMs":600000,"since":${START}}\n`,
  );
});

Deno.test("parseServiceRecord() takes a record without sense for none", () => {
  const rows = [
    "",
    "{",
    "null",
    "[]",
    "7",
    '"text"',
    "{}",
    ...[
      { manager: "upstart" },
      { manager: ["systemd"] },
      { scope: "root" },
      { scope: undefined },
      { everyMs: 420_000 },
      { everyMs: 0 },
      { everyMs: "600000" },
      { since: "yesterday" },
      { since: null },
    ].map((wrong) => JSON.stringify({ ...LEAST, ...wrong })),
  ];
  for (const text of rows) assert.equal(parseServiceRecord(text), undefined, text);
});

Deno.test("parseServiceRecord() leaves out a field that makes no sense: root may read what an account wrote", () => {
  const rows: readonly Record<string, unknown>[] = [
    { domain: "gui/501; reboot" },
    { domain: 7 },
    { hardening: "off" },
    { binary: "sso-heal" },
    { binary: { path: "/x" } },
    { copied: "yes" },
    { account: "alice" },
    { account: { name: "alice", uid: "0", gid: 20, home: "/Users/alice" } },
    { env: "A=1" },
    { lingerBegun: 1 },
    { pid: -1 },
    { later: "a field of a later version" },
  ];
  for (const wrong of rows) {
    assert.deepEqual(parseServiceRecord(JSON.stringify({ ...LEAST, ...wrong })), LEAST, JSON.stringify(wrong));
  }
  const text = JSON.stringify({ ...LEAST, env: { A: "1", B: 2, C: null } });
  assert.deepEqual(parseServiceRecord(text), { ...LEAST, env: { A: "1" } });
});

Deno.test("writeServiceRecord(), readServiceRecord() and removeServiceRecord() live together in the state folder", async () => {
  await using system = await fakeSystem();
  const { home } = system;
  assert.equal(readServiceRecord(home), undefined);
  await writeServiceRecord(home, WHOLE);
  assert.deepEqual(readServiceRecord(home), WHOLE);
  assert.equal(modeOf(statePaths(home).service), "0600");
  await removeServiceRecord(home);
  await removeServiceRecord(home);
  assert.equal(readServiceRecord(home), undefined);
});

Deno.test("readServiceRecord() takes what cannot be read for nothing", async () => {
  await using system = await fakeSystem();
  Deno.mkdirSync(statePaths(system.home).service, { recursive: true });
  assert.equal(readServiceRecord(system.home), undefined);
});
