// Proves that a disk that refuses costs no token: AWS is not asked where the answer could not be stored.
import assert from "node:assert/strict";
import { makeScene, said, type Scene } from "./support/scene.ts";
import { needs, needsMounts } from "./support/requirement.ts";
import { sideBySide } from "./support/side_by_side.ts";
import { traced } from "./support/strace.ts";
import { BINARY, type Ended } from "./support/home.ts";

interface Refusal {
  readonly name: string;
  /** Injection of strace. */
  readonly inject: string;
  /** Only calls that concern this path of the home. */
  readonly at?: string;
  readonly says: RegExp;
  /** How often AWS is asked for a token. */
  readonly asked: number;
  /** Exit code of the check; 1 unless given. */
  readonly code?: number;
}

const REFUSALS: readonly Refusal[] = [
  { name: "no file can be synced: full", inject: "fsync:error=ENOSPC", says: /the disk is full/, asked: 0 },
  { name: "no file can be synced: broken", inject: "fsync:error=EIO", says: /the disk reported an error/, asked: 0 },
  { name: "no file can be cut to its size", inject: "ftruncate:error=EIO", says: /disk reported an error/, asked: 1 },
  { name: "no file can be renamed", inject: "rename:error=EROFS", says: /file system is read-only/, asked: 1 },
  {
    name: "the folder of the token cannot be synced, as on some network file systems",
    inject: "fsync:error=EINVAL",
    at: ".aws/sso/cache",
    says: /refreshed/,
    asked: 1,
    code: 0,
  },
];

Deno.test({
  name: "check keeps the token when the system refuses a call",
  ...needs("refused calls", "strace"),
  async fn(t) {
    await sideBySide(t, REFUSALS, async ({ inject, at, says, asked, code = 1 }) => {
      await using scene = await makeScene();
      const { home, aws } = scene;
      const before = scene.token();
      const paths = at === undefined ? [] : [home.file(at)];
      const run = await traced(home, ["check"], { calls: [inject.split(":")[0]], inject: [inject], paths });
      assert.equal(run.code, code, said(run));
      assert.match(said(run), says);
      assert.equal(aws.count("CreateToken"), asked, said(run));
      if (code !== 0) assert.equal(scene.token(), before);
      await proveHealed(scene);
    });
  },
});

/** The next check, with nothing in its way, has a token that AWS honours, although AWS takes no refresh token twice. */
async function proveHealed({ home, aws, session, token }: Scene): Promise<void> {
  const next = await home.run(["check"]);
  assert.equal(next.code, 0, said(next));
  assert.equal(JSON.parse(token()).refreshToken, aws.session(session.id).refreshToken);
  assert.equal(aws.count("CreateToken"), 1);
}

interface Place {
  readonly name: string;
  /** Shell commands that make it of the home they run in; `$TOKEN` is the token file. */
  readonly mount: string;
  readonly says: RegExp;
  /** How often AWS is asked for a token; never unless given. */
  readonly asked?: number;
}

const MOUNTS: readonly Place[] = [
  {
    name: "a full one",
    mount: `cp -r .aws kept && mount -t tmpfs -o size=64k,mode=700 none .aws && cp -r kept/. .aws/
      dd if=/dev/zero of=.aws/filler bs=1k count=1000 2>/dev/null || true`,
    says: /the disk is full/,
  },
  {
    name: "a read-only one",
    mount: "mount --bind .aws .aws && mount -o remount,ro,bind .aws",
    says: /the file system is read-only/,
  },
  {
    // A container that was given this one file: that cannot be known before, so the answer must wait for the next check.
    name: "a file that is a mount of its own",
    mount: "mount --bind $TOKEN $TOKEN",
    says: /it is a mount of its own/,
    asked: 1,
  },
];

Deno.test({
  name: "check loses no token where the file system cannot take the answer",
  ...needsMounts("full and read-only file systems"),
  async fn(t) {
    await sideBySide(t, MOUNTS, async ({ mount, says, asked = 0 }) => {
      await using scene = await makeScene();
      const before = scene.token();
      const check = 'code=0; "$1" check || code=$?; cp $TOKEN after; exit $code';
      const run = await shell(scene, `set -e; ${mount}\n${check}`, ["unshare", "--map-root-user", "--mount"]);
      assert.equal(run.code, 1, said(run));
      assert.match(said(run), says);
      assert.equal(scene.aws.count("CreateToken"), asked);
      assert.equal(scene.home.read("after"), before);
      await proveHealed(scene);
    });
  },
});

Deno.test({
  name: "check does not ask AWS when it may not write as much as the answer needs",
  ...needs("limits", "prlimit"),
  async fn() {
    await using scene = await makeScene();
    const before = scene.token();
    const run = await shell(scene, `exec env --ignore-signal=XFSZ prlimit --fsize=3000 "$1" check`);
    assert.equal(run.code, 1, said(run));
    assert.match(said(run), /larger than this process may write/);
    assert.equal(scene.aws.count("CreateToken"), 0);
    assert.equal(scene.token(), before);
    await proveHealed(scene);
  },
});

/** Runs a script in the home; `$1` is the program. */
async function shell({ home, session }: Scene, script: string, before: readonly string[] = []): Promise<Ended> {
  const [program, ...args] = [...before, "/bin/sh", "-c", script, "sh"];
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...args, BINARY],
    cwd: home.path,
    clearEnv: true,
    env: { ...home.env, TOKEN: `.aws/sso/cache/${session.fileName}` },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}
