// Proves that a record survives the disk, damage and other versions, and that it holds no secret.
import assert from "node:assert/strict";
import fc from "fast-check";
import { modeOf, withTemporaryHome } from "../../tests/support/temporary_home.ts";
import { Secret } from "../domain/secret.ts";
import { sessionRecordPath, statePaths } from "./paths.ts";
import {
  fingerprintOf,
  formatSessionRecord,
  readSessionRecord,
  saveSessionRecord,
  type SessionRecord,
} from "./session_record.ts";

const FULL: SessionRecord = {
  name: "corp",
  usedAt: 1_795_000_000_000,
  token: { fingerprint: "0123456789abcdef", issuedAt: 1_795_168_800_000, lifeMs: 3_600_000 },
  refused: { fingerprint: "fedcba9876543210", code: "InvalidGrantException", at: 1_795_168_801_000 },
  retryAt: 1_795_168_900_250,
  failures: 3,
  failingSince: 1_795_168_000_000,
  lastError: { code: "Timeout", message: "no answer within 10 s", at: 1_795_168_899_000 },
  lastRefreshAt: 1_795_168_800_000,
  profiles: [
    {
      name: "dev",
      ok: true,
      arn: "arn:aws:sts::1:x",
      provedAt: 1_795_168_800_000,
      credentialsExpireAt: 1_795_172_400_000,
    },
    { name: "prod", ok: false, code: "ForbiddenException", message: "No access", provedAt: 1_795_168_800_000 },
  ],
};

const FULL_TEXT = '{"version":1,"name":"corp","usedAt":"2026-11-18T11:06:40Z",' +
  '"token":{"fingerprint":"0123456789abcdef","issuedAt":"2026-11-20T10:00:00Z","lifeMs":3600000},' +
  '"refused":{"fingerprint":"fedcba9876543210","code":"InvalidGrantException","at":"2026-11-20T10:00:01Z"},' +
  '"retryAt":"2026-11-20T10:01:40.250Z","failures":3,"failingSince":"2026-11-20T09:46:40Z",' +
  '"lastError":{"code":"Timeout","message":"no answer within 10 s","at":"2026-11-20T10:01:39Z"},' +
  '"lastRefreshAt":"2026-11-20T10:00:00Z",' +
  '"profiles":[{"name":"dev","ok":true,"arn":"arn:aws:sts::1:x","provedAt":"2026-11-20T10:00:00Z",' +
  '"credentialsExpireAt":"2026-11-20T11:00:00Z"},' +
  '{"name":"prod","ok":false,"code":"ForbiddenException","message":"No access","provedAt":"2026-11-20T10:00:00Z"}]}\n';

Deno.test("saveSessionRecord() writes times as RFC 3339 and readSessionRecord() reads them back", async () => {
  await withTemporaryHome(async (home) => {
    assert.equal(await saveSessionRecord(home, FULL), true);
    const file = sessionRecordPath(home, "corp");
    assert.equal(Deno.readTextFileSync(file), FULL_TEXT);
    assert.equal(modeOf(file), "0600");
    assert.deepEqual(readSessionRecord(home, "corp"), { record: FULL });
  });
});

Deno.test("saveSessionRecord() does not touch a file that says the same already", async () => {
  await withTemporaryHome(async (home) => {
    const file = sessionRecordPath(home, "corp");
    await saveSessionRecord(home, FULL);
    const before = Deno.statSync(file).ino;
    assert.equal(await saveSessionRecord(home, { ...FULL }), false);
    assert.equal(Deno.statSync(file).ino, before);
    assert.equal(await saveSessionRecord(home, { ...FULL, failures: 4 }), true);
    assert.deepEqual(readSessionRecord(home, "corp").record.failures, 4);
  });
});

Deno.test("readSessionRecord() gives an empty record for a session without a file", async () => {
  await withTemporaryHome((home) => {
    assert.deepEqual(readSessionRecord(home, "corp"), { record: { name: "corp" } });
  });
});

Deno.test("readSessionRecord() reports a damaged file and gives what can be used of it", async () => {
  const empty = { name: "corp" };
  const rows: [content: string, state: RegExp, record: SessionRecord][] = [
    ["", /not valid JSON/, empty],
    [FULL_TEXT.slice(0, 100), /not valid JSON/, empty],
    ["[]", /not the record of this session/, empty],
    ["null", /not the record of this session/, empty],
    ["7", /not the record of this session/, empty],
    ['{"version":1}', /not the record of this session/, empty],
    ['{"version":1,"name":"other"}', /not the record of this session/, empty],
    ['{"version":2,"name":"corp","failures":1}', /another version/, empty],
    ['{"name":"corp"}', /another version/, empty],
    ['{"version":1,"name":"corp","retryAt":1795168800000,"failures":2}', /: retryAt$/, { name: "corp", failures: 2 }],
    ['{"version":1,"name":"corp","failures":-1}', /: failures$/, empty],
    ['{"version":1,"name":"corp","token":{"issuedAt":"x"}}', /: token.issuedAt, token.fingerprint$/, empty],
    ['{"version":1,"name":"corp","token":null}', /: token$/, empty],
    ['{"version":1,"name":"corp","profiles":{}}', /: profiles$/, empty],
    [
      '{"version":1,"name":"corp","profiles":[{"name":"a","ok":"yes"},{"name":"b","ok":true}]}',
      /: profiles\[0\]\.ok, profiles\[0\]\.ok$/,
      { name: "corp", profiles: [{ name: "b", ok: true }] },
    ],
  ];
  await withTemporaryHome((home) => {
    const file = sessionRecordPath(home, "corp");
    Deno.mkdirSync(statePaths(home).sessions, { recursive: true });
    for (const [content, state, record] of rows) {
      Deno.writeTextFileSync(file, content);
      const read = readSessionRecord(home, "corp");
      assert.deepEqual(read.record, record, content);
      assert.match(read.problem?.message ?? "", state, content);
      assert.equal(read.problem?.file, file);
      assert.notEqual(read.problem?.hint, "");
    }
    Deno.removeSync(file);
    Deno.mkdirSync(file);
    assert.match(readSessionRecord(home, "corp").problem?.message ?? "", /cannot be read/);
  });
});

Deno.test("readSessionRecord() ignores fields it does not know, so that a later version may add some", async () => {
  await withTemporaryHome((home) => {
    Deno.mkdirSync(statePaths(home).sessions, { recursive: true });
    Deno.writeTextFileSync(sessionRecordPath(home, "corp"), '{"version":1,"name":"corp","later":[1],"failures":1}');
    assert.deepEqual(readSessionRecord(home, "corp"), { record: { name: "corp", failures: 1 } });
  });
});

Deno.test("readSessionRecord() never throws, whatever the file holds", async () => {
  await withTemporaryHome((home) => {
    Deno.mkdirSync(statePaths(home).sessions, { recursive: true });
    const file = sessionRecordPath(home, "corp");
    const field = fc.constantFrom("token", "refused", "profiles", "lastError", "usedAt", "failures", "__proto__");
    fc.assert(
      fc.property(fc.dictionary(field, fc.jsonValue()), (fields) => {
        Deno.writeTextFileSync(file, JSON.stringify({ ...fields, version: 1, name: "corp" }));
        const { record } = readSessionRecord(home, "corp");
        assert.equal(record.name, "corp");
        Deno.writeTextFileSync(file, formatSessionRecord(record));
        assert.deepEqual(readSessionRecord(home, "corp"), { record });
      }),
      { numRuns: 200 },
    );
  });
});

Deno.test("fingerprintOf() tells generations apart and gives nothing of them away", () => {
  const access = new Secret("aoaAAAAAG-access");
  const refresh = new Secret("aorAAAAAG-refresh");
  const mark = fingerprintOf({ accessToken: access, refreshToken: refresh });
  assert.match(mark, /^[0-9a-f]{16}$/);
  assert.equal(fingerprintOf({ accessToken: new Secret("aoaAAAAAG-access"), refreshToken: refresh }), mark);
  const others = [
    fingerprintOf({ accessToken: access }),
    fingerprintOf({ accessToken: access, refreshToken: new Secret("") }),
    fingerprintOf({ accessToken: access, refreshToken: new Secret("other") }),
    fingerprintOf({ accessToken: refresh, refreshToken: access }),
  ];
  for (const other of others) assert.notEqual(other, mark);
});
