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
  /** Only calls that concern this path of the home; `TOKEN` is the token file. */
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
  { name: "no file can be cut to its size", inject: "ftruncate:error=EIO", says: /disk reported an error/, asked: 0 },
  { name: "no file can be renamed", inject: "rename:error=EROFS", says: /file system is read-only/, asked: 0 },
  {
    name: "the folder of the token cannot be synced, as on some network file systems",
    inject: "fsync:error=EINVAL",
    at: ".aws/sso/cache",
    says: /^$/,
    asked: 1,
    code: 0,
  },
  { name: "the token cannot be renamed", inject: "rename:error=EIO", at: "TOKEN", says: /disk reported/, asked: 1 },
  { name: "the token is not ours", inject: "rename:error=EPERM", at: "TOKEN", says: /permission denied/, asked: 1 },
];

Deno.test({
  name: "check keeps the token when the system refuses a call",
  ...needs("refused calls", "strace"),
  async fn(t) {
    await sideBySide(t, REFUSALS, async ({ inject, at, says, asked, code = 1 }) => {
      await using scene = await makeScene();
      const { home, aws, session } = scene;
      const before = scene.token();
      const paths = at === undefined ? [] : [home.file(at.replace("TOKEN", `.aws/sso/cache/${session.fileName}`))];
      const run = await traced(home, ["check"], { calls: [inject.split(":")[0]], inject: [inject], paths });
      assert.equal(run.code, code, said(run));
      assert.match(run.err, says);
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

/** Mounts something on `~/.aws` that takes no token, and runs the check there; `$1` is the program. */
const MOUNTS = [
  {
    name: "a full one",
    mount: `cp -r .aws kept && mount -t tmpfs -o size=64k,mode=700 none .aws && cp -r kept/. .aws/
      dd if=/dev/zero of=.aws/filler bs=1k count=1000 2>/dev/null`,
    says: /the disk is full/,
  },
  {
    name: "a read-only one",
    mount: "mount --bind .aws .aws && mount -o remount,ro,bind .aws",
    says: /the file system is read-only/,
  },
] as const;

Deno.test({
  name: "check does not ask AWS where the file system cannot take the answer",
  ...needsMounts("full and read-only file systems"),
  async fn(t) {
    await sideBySide(t, MOUNTS, async ({ mount, says }) => {
      await using scene = await makeScene();
      const before = scene.token();
      const place = `.aws/sso/cache/${scene.session.fileName}`;
      const run = await inMounts(scene, `${mount}\ncode=0; "$1" check || code=$?; cp ${place} after; exit $code`);
      assert.equal(run.code, 1, said(run));
      assert.match(run.err, says);
      assert.equal(scene.aws.count("CreateToken"), 0);
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
    assert.match(run.err, /larger than this process may write/);
    assert.equal(scene.aws.count("CreateToken"), 0);
    assert.equal(scene.token(), before);
    await proveHealed(scene);
  },
});

async function inMounts(scene: Scene, script: string): Promise<Ended> {
  return await shell(scene, script, ["unshare", "--map-root-user", "--mount"]);
}

async function shell({ home }: Scene, script: string, before: readonly string[] = []): Promise<Ended> {
  const [program, ...args] = [...before, "/bin/sh", "-c", script, "sh"];
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...args, BINARY],
    cwd: home.path,
    clearEnv: true,
    env: home.env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}
