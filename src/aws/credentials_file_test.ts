// Proves what writing the credentials file promises: mode, links, backup, refusals, and nothing lost that others write.
import assert from "node:assert/strict";
import { KEYS, now, old } from "../../tests/credentials/nasty.ts";
import { type FakeSystem, fakeSystem } from "../../tests/support/fake_system.ts";
import { modeOf } from "../../tests/support/temporary_home.ts";
import { UserError } from "../domain/problem.ts";
import { planCredentials, writeCredentials } from "./credentials_file.ts";

const FILE = ".aws/credentials";
const X = [{ profile: "x", keys: KEYS }];
const BACKUP = `${FILE}.sso-heal-backup-20261120T100000Z`;

const namesIn = (system: FakeSystem) => [...Deno.readDirSync(`${system.home}/.aws`)].map(({ name }) => name).sort();
const write = (system: FakeSystem, changes = X, file = FILE) =>
  writeCredentials(`${system.home}/${file}`, changes, system);

Deno.test("writeCredentials() makes the file 0600, its folder 0700, and no backup of nothing", async () => {
  await using system = await fakeSystem();
  assert.deepEqual(await write(system), {
    changed: true,
    backup: undefined,
    outcomes: [{ profile: "x", changed: true }],
  });
  assert.equal(system.read(FILE), `[x]\n${now()}`);
  assert.deepEqual([modeOf(`${system.home}/${FILE}`), modeOf(`${system.home}/.aws`)], ["0600", "0700"]);
  assert.deepEqual(namesIn(system), ["credentials"]);
});

Deno.test("writeCredentials() keeps mode, account and group, and a backup of the file before the first change", async () => {
  await using system = await fakeSystem();
  const path = `${system.home}/${FILE}`;
  const first = "\ufeff# mine\r\n[a]\r\nk = v";
  system.write(FILE, first);
  Deno.chmodSync(path, 0o640);
  const isRoot = Deno.uid() === 0;
  if (isRoot) Deno.chownSync(path, 4242, 4343);
  const written = await write(system);
  assert.equal(written.backup, `${system.home}/${BACKUP}`);
  assert.equal(system.read(BACKUP), first);
  assert.deepEqual([modeOf(path), modeOf(`${system.home}/${BACKUP}`)], ["0640", "0600"]);
  for (const { uid, gid } of isRoot ? [Deno.statSync(path), Deno.statSync(`${system.home}/${BACKUP}`)] : []) {
    assert.deepEqual([uid, gid], [4242, 4343]);
  }
  system.clock += 3_600_000;
  const gone = await write(system, [{ profile: "x", keys: undefined as unknown as typeof KEYS }]);
  assert.deepEqual(gone, {
    changed: true,
    backup: undefined,
    outcomes: [{ profile: "x", changed: true }],
  });
  assert.equal(system.read(FILE), `${first}\r\n\r\n`);
  assert.deepEqual(namesIn(system), ["credentials", BACKUP.slice(5)]);
});

Deno.test("writeCredentials() makes no backup of our keys alone, and one as soon as anything else is there", async () => {
  await using system = await fakeSystem();
  const change = (profile: string) => write(system, [{ profile, keys: KEYS }]);
  assert.deepEqual([(await change("x")).backup, (await change("y")).backup], [undefined, undefined]);
  assert.deepEqual(namesIn(system), ["credentials"]);
  const added = `${system.read(FILE)}role_arn = r\n`;
  system.write(FILE, added);
  assert.equal((await change("z")).backup, `${system.home}/${BACKUP}`);
  assert.equal(system.read(BACKUP), added);
});

Deno.test("writeCredentials() leaves the file alone when there is nothing to change", async () => {
  await using system = await fakeSystem();
  system.write(FILE, `[x]\n${now()}`);
  const { ino } = Deno.statSync(`${system.home}/${FILE}`);
  const written = await write(system);
  assert.deepEqual([written.changed, written.outcomes], [false, [{ profile: "x", changed: false }]]);
  assert.equal(Deno.statSync(`${system.home}/${FILE}`).ino, ino);
  assert.deepEqual(namesIn(system), ["credentials"]);
});

Deno.test("writeCredentials() tells why it refuses one profile and writes the others", async () => {
  await using system = await fakeSystem();
  system.write(FILE, `[a]\nk = v\n[x]\n${old()}`);
  const a = { profile: "a", keys: KEYS };
  const plan = planCredentials(`${system.home}/${FILE}`, [a, ...X]);
  assert.equal(system.read(FILE), plan.before);
  const { outcomes } = await write(system, [a, ...X]);
  assert.equal(system.read(FILE), `[a]\nk = v\n[x]\n${now()}`);
  assert.equal(system.read(FILE), plan.after);
  assert.deepEqual(outcomes, plan.outcomes);
  assert.deepEqual(outcomes, [{
    profile: "a",
    changed: false,
    problem: {
      code: "ProfileHandMade",
      message: 'Cannot write profile "a": "[a]" was not made by sso-heal (it has no x_sso_heal_expiration)',
      hint: "use another name, or take it over with --force",
      file: `${system.home}/${FILE}`,
      line: 1,
    },
  }, { profile: "x", changed: true }]);
});

Deno.test("writeCredentials() takes over by force only where that is asked for", async () => {
  await using system = await fakeSystem();
  const own = (name: string) => `[${name}]\naws_access_key_id = AKIAHAND\n`;
  system.write(FILE, own("a") + own("b") + `[x]\n${old()}[x]\n`);
  const changes = [{ profile: "a", keys: KEYS, force: true }, { profile: "b", keys: KEYS }];
  const { outcomes } = await write(system, [...changes, { profile: "x", keys: undefined as unknown as typeof KEYS }]);
  assert.equal(system.read(FILE), `[a]\n${now()}${own("b")}[x]\n${old()}[x]\n`);
  assert.deepEqual(outcomes.map(({ changed, problem }) => problem?.message ?? changed), [
    true,
    'Cannot write profile "b": "[b]" was not made by sso-heal (it has no x_sso_heal_expiration)',
    'Cannot remove the keys of profile "x": "[x]" stands there twice, and the AWS CLI and boto3 refuse such a file',
  ]);
});

Deno.test("writeCredentials() keeps a link, writes its target, and puts the backup beside the link", async () => {
  await using system = await fakeSystem();
  system.write(".aws/shelf/real", "[a]\nk = v\n");
  Deno.symlinkSync("shelf/real", `${system.home}/${FILE}`);
  await write(system);
  assert.equal(Deno.readLinkSync(`${system.home}/${FILE}`), "shelf/real");
  assert.equal(system.read(".aws/shelf/real"), `[a]\nk = v\n\n[x]\n${now()}`);
  assert.deepEqual(namesIn(system), ["credentials", BACKUP.slice(5), "shelf"]);
});

Deno.test("writeCredentials() takes a link to nothing for no file, and makes its target", async () => {
  await using system = await fakeSystem();
  Deno.mkdirSync(`${system.home}/.aws`);
  Deno.symlinkSync("shelf/real", `${system.home}/${FILE}`);
  assert.equal((await write(system)).changed, true);
  assert.equal(Deno.readLinkSync(`${system.home}/${FILE}`), "shelf/real");
  assert.equal(system.read(".aws/shelf/real"), `[x]\n${now()}`);
});

Deno.test("writeCredentials() refuses what is no text file of a sane size, and leaves it alone", async () => {
  await using system = await fakeSystem();
  system.write(".aws/large", "");
  Deno.truncateSync(`${system.home}/.aws/large`, 20_000_001);
  system.write(".aws/nearly", `[a]\nk = ${"é".repeat(9_999_950)}\n`);
  Deno.mkdirSync(`${system.home}/.aws/folder`);
  Deno.writeFileSync(`${system.home}/.aws/latin1`, new Uint8Array([0x23, 0xfc, 0x0a]));
  Deno.writeFileSync(`${system.home}/.aws/utf16`, new Uint8Array([0xff, 0xfe, 0x5b, 0, 0x61, 0, 0x5d, 0]));
  Deno.symlinkSync("/dev/null", `${system.home}/.aws/null`);
  Deno.symlinkSync("circle", `${system.home}/.aws/circle`);
  const before = namesIn(system);
  const rows: [name: string, why: RegExp][] = [
    ["large", /^Cannot edit ".*\/large": it is larger than 20 MB$/],
    ["nearly", /^Cannot edit ".*\/nearly": it would become larger than 20 MB$/],
    ["folder", /^Cannot edit ".*\/folder": it is no ordinary file$/],
    ["latin1", /^Cannot edit ".*\/latin1": it is not UTF-8 text$/],
    ["utf16", /^Cannot edit ".*\/utf16": it is not UTF-8 text$/],
    ["null", /^Cannot edit ".*\/null": it is no ordinary file$/],
    ["circle", /^Cannot edit ".*\/circle": the system says FilesystemLoop$/],
  ];
  for (const [name, why] of rows) {
    await assert.rejects(write(system, X, `.aws/${name}`), (error) => {
      assert.ok(error instanceof UserError && error.hints.length > 0);
      assert.match(error.message, why);
      return true;
    });
  }
  assert.deepEqual(Deno.readFileSync(`${system.home}/.aws/latin1`), new Uint8Array([0x23, 0xfc, 0x0a]));
  assert.deepEqual(namesIn(system), before);
});

Deno.test("writeCredentials() starts over when another program changed the file meanwhile", async () => {
  await using system = await fakeSystem();
  const path = `${system.home}/${FILE}`;
  system.write(FILE, "[a]\nk = v\n");
  system.clock = Deno.statSync(path).mtime!.getTime();
  const rounds = ["[a]\nk = v1\n", `[a]\nk = v2\n[x]\n${old("=")}`];
  system.duringSleep = () => {
    const next = rounds.shift();
    if (next !== undefined) Deno.writeTextFileSync(path, next);
    // The file is as young at the next look.
    system.clock = Deno.statSync(path).mtime!.getTime();
  };
  const { backup } = await write(system);
  assert.equal(system.read(FILE), `[a]\nk = v2\n[x]\n${now("=")}`);
  assert.equal(Deno.readTextFileSync(backup!), `[a]\nk = v2\n[x]\n${old("=")}`);
  assert.equal(namesIn(system).length, 2);
});

Deno.test("writeCredentials() gives up after five tries and leaves what the other program wrote", async () => {
  await using system = await fakeSystem();
  const path = `${system.home}/${FILE}`;
  system.write(FILE, "0");
  let writes = 0;
  const touch = () => void (system.clock = Deno.statSync(path).mtime!.getTime());
  touch();
  system.duringSleep = () => {
    Deno.writeTextFileSync(path, String(++writes));
    touch();
  };
  await assert.rejects(write(system), (error) => {
    assert.ok(error instanceof UserError && error.exitCode === 75);
    assert.match(error.message, /^Cannot write ".*": another program changes it again and again$/);
    return true;
  });
  assert.deepEqual([writes, system.read(FILE), namesIn(system)], [5, "5", ["credentials"]]);
});

Deno.test("writeCredentials() waits for a program that has emptied the file and not yet filled it", async () => {
  await using system = await fakeSystem();
  system.write(FILE, "");
  system.clock = Deno.statSync(`${system.home}/${FILE}`).mtime!.getTime();
  system.duringSleep = (ms) => {
    system.duringSleep = () => {};
    assert.ok(ms <= 300);
    Deno.writeTextFileSync(`${system.home}/${FILE}`, "[a]\nk = v\n");
  };
  await write(system);
  assert.equal(system.read(FILE), `[a]\nk = v\n\n[x]\n${now()}`);
});

Deno.test("writeCredentials() takes over what a program writes into the old file that it had open", async () => {
  await using system = await fakeSystem();
  system.write(FILE, "[a]\nk = v\n");
  const other = Deno.openSync(`${system.home}/${FILE}`, { append: true });
  system.duringSleep = () => {
    other.writeSync(new TextEncoder().encode("[late]\nk = w\n"));
    other.close();
    system.duringSleep = () => {};
  };
  const written = await write(system);
  assert.equal(system.read(FILE), `[a]\nk = v\n[late]\nk = w\n\n[x]\n${now()}`);
  assert.deepEqual([written.changed, written.backup], [true, `${system.home}/${BACKUP}`]);
  assert.equal(system.read(BACKUP), "[a]\nk = v\n");
});

Deno.test("writeCredentials() leaves 5 MB of others alone", async () => {
  await using system = await fakeSystem();
  const profiles = Array.from(
    { length: 40_000 },
    (_, at) => `[p${at}]\n# ${"x".repeat(110)}\nregion = r${at}\ns3 =\n  a = b\n`,
  );
  const [before, after] = [profiles.slice(0, 20_000).join(""), profiles.slice(20_000).join("\n")];
  assert.ok(before.length + after.length > 5_000_000);
  system.write(FILE, `${before}[x]\n${old()}${after}`);
  await write(system);
  assert.ok(system.read(FILE) === `${before}[x]\n${now()}${after}`);
});
