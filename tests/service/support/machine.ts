// A throw-away machine for tests: the systemd of this one, booted in name spaces of its own, with an account `alice`.

/** Ends with the scope of the test (`await using`), and also when the test dies: nothing of it stays. */
export interface Machine extends AsyncDisposable {
  /** A person on that machine; her home is empty. */
  readonly alice: { readonly name: string; readonly uid: number; readonly gid: number; readonly home: string };
  /** Runs a shell script (a text) or a program (words) to its end. */
  run(what: string | readonly string[], options?: RunOptions): Promise<Ended>;
  /** The same for what must work; its standard output without the end of the last line. @throws {Error} with both. */
  sh(what: string | readonly string[], options?: RunOptions): Promise<string>;
  /** Makes the folders on the way and the file; both belong to alice when they lie in her home. */
  write(path: string, content: string | Uint8Array, mode?: number): Promise<void>;
  /** Copies a file of the machine the tests run on. */
  copyIn(source: string, path: string, mode?: number): Promise<void>;
  /** Text of a file; undefined when there is none. */
  read(path: string): Promise<string | undefined>;
  /** Asks again until the answer is neither false nor undefined, and gives it. @throws {Error} after `patienceMs`. */
  waitFor<T>(what: string, ask: () => Promise<T | undefined | false>, patienceMs?: number): Promise<T>;
  /** Switches it off, without a word to anybody, and boots it again with the same files. */
  reboot(): Promise<void>;
  /** Process id of its systemd, for what is to run in some of its name spaces only. */
  readonly pid: number;
  /** The last lines of the journal, for the message of a failed test. */
  journal(unit?: string): Promise<string>;
}

export interface RunOptions {
  /** Whom it runs as, with the environment of a login; root unless given. */
  readonly as?: "alice";
  readonly env?: Readonly<Record<string, string>>;
  /** `/` unless given; of alice, her home. */
  readonly cwd?: string;
  readonly stdin?: string;
}

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const BOOT = new URL("./boot.sh", import.meta.url).pathname;
const ALICE = { name: "alice", uid: 4242, gid: 4242, home: "/home/alice" };
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const POLL_MS = 20;
const PATIENCE_MS = 10_000;

/** What a machine without hardware and without a net does not need; each would only cost time or fail. */
const LEFT_OUT = [
  "systemd-timesyncd.service",
  "systemd-udevd.service",
  "systemd-udev-trigger.service",
  "systemd-sysctl.service",
  "systemd-modules-load.service",
  "systemd-random-seed.service",
  "systemd-remount-fs.service",
  "systemd-update-utmp.service",
  "systemd-networkd-wait-online.service",
  "console-getty.service",
  "getty@tty1.service",
  "getty.target",
].join(" ");

/**
 * For `Deno.test`: left out, with one line that says why, where no such machine can be booted. Installed programs are
 * no excuse in CI, the rights of root are.
 */
export function needsMachine(what: string): { readonly ignore: boolean } {
  const reason = whyNot();
  if (reason === undefined) return { ignore: false };
  console.log(`left out: ${what}: needs ${reason}`);
  return { ignore: true };
}

function whyNot(): string | undefined {
  if (Deno.build.os !== "linux") return "Linux";
  if (Deno.uid() !== 0) return "root (to boot a systemd in name spaces of its own)";
  if (Deno.env.get("CI") !== "true" && !isThere("/lib/systemd/systemd", "/usr/bin/dbus-daemon", "/usr/bin/unshare")) {
    return "systemd, dbus and util-linux (apt-get install systemd dbus libpam-systemd dbus-user-session)";
  }
  const trial = "mount -t tmpfs none /mnt && mkdir /mnt/u /mnt/w /mnt/r && " +
    "mount -t overlay -o lowerdir=/,upperdir=/mnt/u,workdir=/mnt/w overlay /mnt/r && mount -t cgroup2 none /mnt/r/sys";
  const { success } = new Deno.Command("unshare", {
    args: ["--mount", "--pid", "--net", "--cgroup", "--fork", "sh", "-c", trial],
    stdout: "null",
    stderr: "null",
  }).outputSync();
  return success ? undefined : "a kernel that lets root mount in name spaces of its own";
}

function isThere(...paths: readonly string[]): boolean {
  return paths.every((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  });
}

/** Boots the machine; takes about a second. @throws {Error} with what it said when it does not come up. */
export async function bootSystemd(): Promise<Machine> {
  const child = new Deno.Command(BOOT, {
    args: [LEFT_OUT, ALICE.name, String(ALICE.uid)],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const said = new Response(child.stderr).text();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const input = child.stdin.getWriter();
  const end = async () => {
    await input.close();
    await Promise.all([lines.cancel(), child.status]);
    return await said;
  };
  let pid = 0;
  const booted = async () => {
    pid = Number((await lines.read()).value);
    if (!(pid > 0)) throw new Error("no process id");
    await machine.waitFor("the machine to boot", async () => {
      const { stdout } = await machine.run("systemctl is-system-running --wait");
      // A unit of no concern may fail: `degraded` is up, too.
      return /running|degraded/.test(stdout) && (await machine.run("test -S /run/dbus/system_bus_socket")).code === 0;
    });
  };
  const machine: Machine = machineOf(() => pid, end, async () => {
    await input.write(new TextEncoder().encode("again\n"));
    await booted();
  });
  try {
    await booted();
  } catch (error) {
    throw new Error(`Cannot boot systemd: ${error}\n${await end()}`);
  }
  return machine;
}

function machineOf(pid: () => number, end: () => Promise<string>, reboot: () => Promise<void>): Machine {
  const machine: Machine = {
    alice: ALICE,
    reboot,
    get pid() {
      return pid();
    },
    async run(what, options = {}) {
      const words = typeof what === "string" ? ["bash", "-c", what] : what;
      const child = new Deno.Command("nsenter", {
        args: ["--target", String(pid()), "--all", ...placeOf(options), ...words],
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const [{ code, stdout, stderr }] = await Promise.all([child.output(), feed(child.stdin, options.stdin)]);
      const decoder = new TextDecoder();
      return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
    },
    async sh(what, options) {
      const { code, stdout, stderr } = await machine.run(what, options);
      if (code !== 0) throw new Error(`exit code ${code} of: ${what}\n${stdout}${stderr}`);
      return stdout.replace(/\n$/, "");
    },
    async write(path, content, mode = 0o644) {
      await makeFolder(machine, path);
      await Deno.writeFile(
        outside(pid(), path),
        typeof content === "string" ? new TextEncoder().encode(content) : content,
      );
      await own(machine, path, mode);
    },
    async copyIn(source, path, mode = 0o755) {
      await makeFolder(machine, path);
      await Deno.copyFile(source, outside(pid(), path));
      await own(machine, path, mode);
    },
    async read(path) {
      const { code, stdout } = await machine.run(["cat", path]);
      return code === 0 ? stdout : undefined;
    },
    async waitFor(what, ask, patienceMs = PATIENCE_MS) {
      const giveUpAt = Date.now() + patienceMs;
      for (;;) {
        const answer = await ask();
        if (answer !== undefined && answer !== false) return answer;
        if (Date.now() > giveUpAt) throw new Error(`waited in vain for ${what}`);
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
    async journal(unit) {
      return (await machine.run(["journalctl", "--no-pager", "-n", "60", ...unit === undefined ? [] : ["-u", unit]]))
        .stdout;
    },
    async [Symbol.asyncDispose]() {
      await end();
    },
  };
  return machine;
}

/** Words that stand before a program so that it runs as the right person in a clean environment. */
function placeOf({ as, env, cwd }: RunOptions): readonly string[] {
  const { name, uid, home } = as === "alice" ? ALICE : { name: "root", uid: 0, home: "/root" };
  const person = as === "alice" ? ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--init-groups"] : [];
  const login = { HOME: home, USER: name, LOGNAME: name, PATH, LANG: "C.UTF-8", XDG_RUNTIME_DIR: `/run/user/${uid}` };
  const variables = Object.entries({ ...login, ...env }).map(([key, value]) => `${key}=${value}`);
  return [...person, "env", "-i", `--chdir=${cwd ?? (as === "alice" ? home : "/")}`, ...variables];
}

/** The path at which this machine sees a file of that one. No link on the way may be absolute. */
function outside(pid: number, path: string): string {
  return `/proc/${pid}/root${path}`;
}

async function makeFolder(machine: Machine, path: string): Promise<void> {
  const folder = path.slice(0, path.lastIndexOf("/")) || "/";
  await machine.sh(["mkdir", "-p", folder], path.startsWith(`${ALICE.home}/`) ? { as: "alice" } : {});
}

async function own(machine: Machine, path: string, mode: number): Promise<void> {
  const owner = path.startsWith(`${ALICE.home}/`) ? ALICE.name : "root";
  await machine.sh(["chown", `${owner}:`, path]);
  await machine.sh(["chmod", mode.toString(8), path]);
}

async function feed(stdin: WritableStream<Uint8Array>, text = ""): Promise<void> {
  try {
    await ReadableStream.from([new TextEncoder().encode(text)]).pipeTo(stdin);
  } catch (error) {
    // A program need not read to the end.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
