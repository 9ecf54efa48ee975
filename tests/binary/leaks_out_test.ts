// Where the secrets of those commands must not be that hand them out: in no arguments, no environment but that of the
// program that `exec` is for, no file but those that are made for them, and no word aside.
import assert from "node:assert/strict";
import { EXPORT_FORMATS } from "../../src/render/credentials.ts";
import { BINARY } from "./support/home.ts";
import { processes } from "./support/processes.ts";
import { needs } from "./support/requirement.ts";
import { keysIn, ROLES_CONFIG } from "./support/roles.ts";
import { makeScene, said, type Scene } from "./support/scene.ts";
import { sideBySide } from "./support/side_by_side.ts";
import { type SystemCall, traced } from "./support/strace.ts";

interface Row {
  readonly name: string;
  readonly args: readonly string[];
  /** Under which name of a folder it is started; the home unless given. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  prepare?(scene: Scene): void | Promise<void>;
  /** What of the secrets it shows in their place. */
  readonly shows?: RegExp;
  /** Exit code; 0 unless given. */
  readonly code?: number;
  /** Whether standard output is made for secrets. */
  readonly prints?: true;
  /** What is said aside on purpose: the masks that make a runner hide them. */
  readonly masks?: true;
  /** Those that are started with secrets in their environment. */
  readonly programs?: readonly string[];
  /** Whether `~/.aws/credentials` is made for secrets. */
  readonly writes?: true;
}

const DEBUG = ["--log-level", "debug"];
/** The second is started by the first. */
const PROGRAMS = ["/usr/bin/nice", "/usr/bin/true"];
const EXEC = ["exec", "--profile", "deep", ...DEBUG, "--", ...PROGRAMS];
const SYNC = ["sync", "--profile", "dev", "--profile", "deep", "--output", "*-old"];

function madeByHand({ home }: Scene): void {
  home.write(".aws/credentials", "[dev-old]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = by-hand\n");
}

const ROWS: readonly Row[] = [
  ...EXPORT_FORMATS.map((format): Row => ({
    name: `export --format ${format}`,
    args: ["export", "--profile", "deep", "--format", format, ...DEBUG],
    prints: true,
    ...(format === "github" ? { masks: true } : {}),
  })),
  { name: "export, from another folder", args: ["export", "--profile", "dev", "-v"], cwd: "/", prints: true },
  { name: "exec", args: EXEC, programs: PROGRAMS },
  { name: "exec, from another folder", args: EXEC, cwd: "/", programs: PROGRAMS },
  { name: "console", args: ["console", "--profile", "deep", ...DEBUG], prints: true },
  { name: "console --json", args: ["console", "--profile", "dev", "--json", "-v"], prints: true },
  { name: "console --open", args: ["console", "--profile", "dev", "--open", ...DEBUG], env: { DISPLAY: ":0" } },
  { name: "sync", args: SYNC, writes: true },
  { name: "sync -v", args: [...SYNC, "-v"], writes: true },
  { name: "sync --log-level debug", args: [...SYNC, ...DEBUG], cwd: "/", writes: true },
  { name: "sync --json", args: [...SYNC, "--json", ...DEBUG], writes: true },
  {
    name: "sync --dry-run of keys that are over",
    args: [...SYNC, "--dry-run", ...DEBUG],
    shows: /^-aws_session_token = .*\n.*\n?\+aws/m,
    prepare: async ({ home }) => {
      await home.run(SYNC);
      const over = home.read(".aws/credentials").replaceAll(/^(x_sso_heal_expiration = )2/gm, (_, key) => `${key}1`);
      home.write(".aws/credentials", over);
    },
    writes: true,
  },
  {
    name: "sync --dry-run --force of keys that were made by hand",
    args: [...SYNC, "--dry-run", "--force", ...DEBUG],
    prepare: madeByHand,
  },
  {
    name: "sync that is refused by what was made by hand",
    args: [...SYNC, ...DEBUG],
    prepare: madeByHand,
    code: 1,
    writes: true,
  },
  {
    name: "sync of a role that AWS refuses",
    args: [...SYNC, ...DEBUG],
    prepare: ({ aws }) => aws.fail("AssumeRole", "AccessDenied", 9),
    code: 1,
    writes: true,
  },
  {
    name: "sync into a folder that cannot be written",
    args: [...SYNC, ...DEBUG, "-c", ".aws/credentials/file"],
    prepare: madeByHand,
    code: 1,
  },
  {
    name: "check with a [sync] section",
    args: ["check", ...DEBUG],
    prepare: ({ home }) => void home.write(".config/sso-heal/config.ini", "[sync *]\nto = *-old\n"),
    writes: true,
  },
];

/** Calls that start programs, name threads, or make files. */
const CALLS = [
  ...["execve", "execveat", "prctl", "open", "openat", "openat2", "creat", "mkdir", "mkdirat", "mknod", "mknodat"],
  ...["rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat"],
];
const MAKES = /^(creat|mkdir|mknod|rename|link|symlink)/;

/** The arguments and the environment of a start, as strace prints them. */
function startOf({ text }: SystemCall): { readonly file: string; readonly args: string; readonly env: string } {
  const [, file, args, env] = /^"([^"]*)", (\[.*?\]), (\[.*\])/.exec(text) ?? [];
  assert.ok(file !== undefined && env !== undefined, text);
  return { file, args, env };
}

function proveCalls({ aws, home }: Scene, calls: readonly SystemCall[], { programs = [] }: Row): void {
  const secrets = aws.secrets();
  const holds = (text: string) => secrets.some((secret) => text.includes(secret));
  const starts = calls.filter(({ name, text }) => name === "execve" && text.startsWith('"/')).map(startOf);
  assert.ok(starts.some(({ file }) => file === BINARY));
  for (const { file, env } of starts) assert.equal(holds(env), programs.includes(file), `the environment of ${file}`);
  for (const program of programs) assert.ok(starts.some(({ file }) => file === program), program);
  for (const call of calls) {
    const text = call.name === "execve" ? call.text.slice(0, call.text.indexOf("], [")) : call.text;
    assert.ok(!holds(text), `${call.name} ${text}`);
    if (!MAKES.test(call.name) && !call.text.includes("O_CREAT") && !call.text.includes("O_TMPFILE")) continue;
    const [, folder = home.path] = /^AT_FDCWD<([^>]*)>/.exec(call.text) ?? [];
    const path = call.path.startsWith("/") ? call.path : `${folder}/${call.path}`;
    assert.ok(path.startsWith(`${home.path}/`) || path === "/dev/null", `${call.name}(${call.text}) makes ${path}`);
  }
}

/** Files that are made for secrets: the caches of AWS, and what `sync` writes. */
function madeForSecrets(path: string, { writes }: Row): boolean {
  return /^\.aws\/(sso|cli)\/cache\/[\da-f]{40}\.json$/.test(path) || (writes === true && path === ".aws/credentials");
}

/** Goes where the page that it is given leads. */
const BROWSER = `#!/bin/sh
exec /usr/bin/curl -s -o /dev/null "$(sed -n 's/.*href="\\([^"]*\\)".*/\\1/p' "\${1#file://}")"
`;

Deno.test({
  name: "no command that hands out credentials leaves them in arguments, environments, files or words aside",
  ...needs("the traces of secrets", "strace", "curl"),
  fn: async (t) => {
    await sideBySide(t, ROWS, async (row) => {
      await using scene = await makeScene({
        session: { accessTokenLeftS: 60 },
        home: { config: ROLES_CONFIG },
      });
      const { aws, home } = scene;
      const bin = home.file("bin");
      Deno.mkdirSync(bin);
      Deno.writeTextFileSync(`${bin}/xdg-open`, BROWSER, { mode: 0o755 });
      await row.prepare?.(scene);
      const env = { PATH: `${bin}:/usr/bin:/bin`, ...row.env };
      const run = await traced(home, row.args, { calls: CALLS, withEnv: true, cwd: row.cwd, env });
      assert.equal(run.code, row.code ?? 0, said(run));
      if (row.shows) assert.match(run.out, row.shows);
      const secrets = aws.secrets();
      assert.ok(secrets.length > 2);
      proveCalls(scene, run.calls, row);
      const masks = row.masks ? run.err.replaceAll(/^::add-mask::.*$/gm, "") : run.err;
      for (const secret of secrets) {
        assert.ok(!masks.includes(secret), said(run));
        assert.ok(row.prints || !run.out.includes(secret), said(run));
      }
      for (const [path, text] of home.texts(".")) {
        if (madeForSecrets(path.replace(/^\.\//, ""), row)) continue;
        for (const secret of secrets) assert.ok(!text.includes(secret), `${path}: ${text}`);
      }
    }, 3);
  },
});

Deno.test({
  name: "while exec runs a program, the keys are in the environment of that program and its descendants alone",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    for (const cwd of [undefined, "/"]) {
      await using scene = await makeScene({ session: { accessTokenLeftS: 60 } });
      const { aws, home } = scene;
      // The last one lives on, in a session of its own, when all others have ended.
      const script = 'setsid sleep 60 & echo "$$ $! $PPID"; read -r line; exit 0';
      const child = home.start(["exec", "--profile", "dev", "--", "sh", "-c", script], { cwd });
      const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
      const [program, daemon, parent] = ((await reader.read()).value ?? "").trim().split(" ").map(Number);
      try {
        const [, secret, token] = keysIn((await home.run(["export", "--profile", "dev"])).out);
        const withKeys = () =>
          processes().filter(({ environ }) => [secret, token].every((value) => environ.includes(value)));
        const all = processes();
        for (const pid of [program, daemon, parent, child.pid]) assert.ok(all.some((one) => one.pid === pid));
        for (const { pid, cmdline, comm, environ } of all) {
          for (const value of aws.secrets()) {
            assert.ok(!`${cmdline}${comm}`.includes(value), `the arguments of ${pid}: ${cmdline}`);
            if (pid !== program && pid !== daemon) assert.ok(!environ.includes(value), `the environment of ${cmdline}`);
          }
        }
        assert.deepEqual(withKeys().map(({ pid }) => pid).sort(), [program, daemon].sort());
        const writer = child.stdin.getWriter();
        await writer.write(new TextEncoder().encode("\n"));
        await writer.close();
        assert.equal((await child.status).code, 0);
        assert.deepEqual(withKeys().map(({ pid }) => pid), [daemon]);
      } finally {
        Deno.kill(daemon);
        await Promise.all([reader.cancel(), child.stderr.cancel()]);
      }
    }
  },
});
