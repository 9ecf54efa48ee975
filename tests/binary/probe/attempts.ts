// What a bad dependency would try, as rows: each must be refused wherever its group is not granted.
import { spawnSync } from "node:child_process";
import dns from "node:dns/promises";
import fs from "node:fs";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import process from "node:process";

/** What the attempts aim at. */
export interface Aims {
  readonly home: string;
  /** A file outside the granted folders, which this user may read and write. */
  readonly outside: string;
  /** `host:port` of the server that the AWS worker may reach. */
  readonly allowed: string;
  /** `host:port` of a server that nobody may reach. */
  readonly foreign: string;
  /** URL of the module that runs as the AWS worker. */
  readonly worker: string;
}

export interface Attempt {
  readonly name: string;
  attempt(aims: Aims): unknown;
  /** Error message that says "refused" where the runtime has another error than NotCapable for it. */
  readonly refusal?: RegExp;
}

const NO_CODE = /Code generation from strings disallowed/;
const AsyncFunction: FunctionConstructor = Object.getPrototypeOf(async () => {}).constructor;
/** The AWS worker has no other workers at all. */
const NO_WORKER = /Worker is not defined/;

/** Not written where it is imported: the bundler must not look for it. */
const PACKAGE = ["npm", "left-pad"].join(":");

/** Rows by what they need. */
export const ATTEMPTS = {
  readHome: [
    { name: "read the token file", attempt: ({ home }) => Deno.readTextFile(`${home}/.aws/sso/cache/token.json`) },
    { name: "read by node:fs", attempt: ({ home }) => fs.readFileSync(`${home}/.aws/config`) },
    { name: "list the cache", attempt: ({ home }) => [...Deno.readDirSync(`${home}/.aws/sso/cache`)] },
  ],
  writeHome: [
    { name: "write the state", attempt: ({ home }) => Deno.writeTextFile(`${home}/.local/state/sso-heal/probe`, "x") },
    { name: "write by node:fs", attempt: ({ home }) => fs.writeFileSync(`${home}/.aws/probe`, "x") },
    {
      name: "make a file and remove it",
      attempt: async ({ home }) => {
        await Deno.create(`${home}/.aws/sso/cache/victim.json`).then((file) => file.close());
        await Deno.remove(`${home}/.aws/sso/cache/victim.json`);
      },
    },
  ],
  elsewhere: [
    { name: "read a key", attempt: ({ outside }) => Deno.readTextFile(outside) },
    { name: "read a key, synchronous", attempt: ({ outside }) => Deno.readTextFileSync(outside) },
    { name: "read a key by node:fs", attempt: ({ outside }) => fs.readFileSync(outside) },
    { name: "read a key by node:fs promises", attempt: ({ outside }) => fs.promises.readFile(outside) },
    { name: "read a key by a stream", attempt: ({ outside }) => first(fs.createReadStream(outside)) },
    { name: "read a key by ..", attempt: ({ home }) => Deno.readTextFile(`${home}/.aws/../.ssh/id`) },
    { name: "read a key by .. and node:fs", attempt: ({ home }) => fs.readFileSync(`${home}/.aws/../.ssh/id`) },
    { name: "read a key by ..", attempt: () => Deno.readTextFile(".aws/sso/../../.ssh/id") },
    { name: "read a key by a URL", attempt: ({ outside }) => Deno.readTextFile(new URL(`file://${outside}`)) },
    { name: "fetch a key", attempt: ({ outside }) => fetch(`file://${outside}`) },
    { name: "open a key", attempt: ({ outside }) => Deno.open(outside) },
    { name: "stat a key", attempt: ({ outside }) => Deno.stat(outside) },
    { name: "stat a key by node:fs", attempt: ({ outside }) => fs.statSync(outside) },
    { name: "resolve a key", attempt: ({ outside }) => Deno.realPath(outside) },
    { name: "list the home", attempt: ({ home }) => [...Deno.readDirSync(home)] },
    { name: "list / by node:fs", attempt: () => fs.readdirSync("/") },
    { name: "watch the home", attempt: ({ home }) => Deno.watchFs(home).close() },
    { name: "read /etc/passwd", attempt: () => Deno.readTextFile("/etc/passwd") },
    { name: "read /etc/passwd by node:fs", attempt: () => fs.readFileSync("/etc/passwd") },
    { name: "read the environment in /proc", attempt: () => Deno.readTextFile("/proc/self/environ") },
    { name: "read the memory in /proc", attempt: () => Deno.open("/proc/self/mem") },
    { name: "read by /proc/self/root", attempt: () => Deno.readTextFile("/proc/self/root/etc/passwd") },
    { name: "read by /proc/self/cwd", attempt: () => Deno.readTextFile("/proc/self/cwd/.ssh/id") },
    { name: "read the program", attempt: () => Deno.readFile(Deno.execPath()) },
    { name: "write a key", attempt: ({ outside }) => Deno.writeTextFile(outside, "x") },
    { name: "write a key by node:fs", attempt: ({ outside }) => fs.writeFileSync(outside, "x") },
    { name: "append to a key", attempt: ({ outside }) => fs.promises.appendFile(outside, "x") },
    { name: "empty a key", attempt: ({ outside }) => Deno.truncate(outside) },
    { name: "remove a key", attempt: ({ outside }) => Deno.remove(outside) },
    { name: "open a key to all", attempt: ({ outside }) => Deno.chmod(outside, 0o666) },
    { name: "touch a key", attempt: ({ outside }) => Deno.utime(outside, 0, 0) },
    { name: "move a key in", attempt: ({ outside, home }) => Deno.rename(outside, `${home}/.aws/key`) },
    { name: "copy a key in", attempt: ({ outside, home }) => Deno.copyFile(outside, `${home}/.aws/key`) },
    { name: "copy a key in by node:fs", attempt: ({ outside, home }) => fs.cpSync(outside, `${home}/.aws/key`) },
    { name: "link a key in", attempt: ({ outside, home }) => Deno.link(outside, `${home}/.aws/key`) },
    { name: "lead a link to a key", attempt: ({ outside, home }) => Deno.symlink(outside, `${home}/.aws/key`) },
    { name: "lead a link by node:fs", attempt: ({ outside, home }) => fs.symlinkSync(outside, `${home}/.aws/key`) },
    { name: "move the token out", attempt: ({ home }) => Deno.rename(`${home}/.aws/sso/cache/token.json`, "/tmp/t") },
    { name: "copy the token out", attempt: ({ home }) => Deno.copyFile(`${home}/.aws/sso/cache/token.json`, "/tmp/t") },
    { name: "make a folder", attempt: ({ home }) => Deno.mkdir(`${home}/.ssh/more`) },
    { name: "make a temporary file", attempt: () => Deno.makeTempFile() },
    { name: "make a temporary file by node:fs", attempt: () => fs.mkdtempSync("/tmp/probe") },
    { name: "go elsewhere", attempt: () => Deno.chdir("/") },
    { name: "go elsewhere by node:process", attempt: () => process.chdir("/") },
    { name: "write shell start-up", attempt: ({ home }) => Deno.writeTextFile(`${home}/.profile`, "x") },
    {
      name: "open a database",
      attempt: async ({ home }) => new (await import("node:sqlite")).DatabaseSync(`${home}/.ssh/id`),
    },
    {
      name: "attach a database",
      attempt: async ({ home }) =>
        new (await import("node:sqlite")).DatabaseSync(":memory:").exec(`ATTACH '${home}/.ssh/db' AS a`),
      refusal: /NotCapable|not authorized|Requires|too many attached/,
    },
    { name: "connect to a socket file", attempt: () => Deno.connect({ transport: "unix", path: "/run/probe.sock" }) },
  ],
  powers: [
    { name: "read a variable", attempt: () => Deno.env.get("HOME") },
    { name: "read another variable", attempt: () => Deno.env.get("AWS_SECRET_ACCESS_KEY") },
    { name: "read all variables", attempt: () => Deno.env.toObject() },
    { name: "read a variable by node:process", attempt: () => process.env.HOME },
    { name: "set a variable", attempt: () => Deno.env.set("HOME", "/") },
    { name: "start a program", attempt: () => new Deno.Command("/bin/true").output() },
    { name: "start itself", attempt: () => new Deno.Command(Deno.execPath(), { args: ["status"] }).output() },
    { name: "start a program, synchronous", attempt: () => new Deno.Command("/bin/true").outputSync() },
    {
      name: "start a program by node",
      attempt: () => {
        const { error } = spawnSync("/bin/true");
        if (error) throw error;
      },
    },
    { name: "end another process", attempt: () => Deno.kill(1, "SIGCONT") },
    { name: "end another process by node", attempt: () => process.kill(1, "SIGCONT") },
    { name: "learn the host name", attempt: () => Deno.hostname() },
    { name: "learn the host name by node:os", attempt: () => os.hostname() },
    { name: "learn the user", attempt: () => os.userInfo() },
    { name: "learn the user id", attempt: () => Deno.uid() },
    { name: "learn the addresses", attempt: () => Deno.networkInterfaces() },
    { name: "learn the kernel", attempt: () => Deno.osRelease() },
    { name: "learn the memory", attempt: () => Deno.systemMemoryInfo() },
  ],
  network: [
    { name: "fetch", attempt: async ({ foreign }) => (await fetch(`http://${foreign}/`)).text() },
    { name: "connect", attempt: ({ foreign }) => Deno.connect(hostAndPort(foreign)) },
    { name: "connect by TLS", attempt: ({ foreign }) => Deno.connectTls(hostAndPort(foreign)) },
    { name: "listen", attempt: () => Deno.listen({ hostname: "127.0.0.1", port: 0 }).close() },
    {
      name: "serve",
      attempt: () => Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => new Response()),
    },
    { name: "ask DNS", attempt: () => Deno.resolveDns("localhost", "A") },
    {
      name: "ask DNS by node",
      attempt: () => dns.resolve4("localhost"),
      refusal: /NotCapable|Requires|ECONNREFUSED|UNKNOWN/,
    },
    {
      name: "look a host up by node",
      attempt: () => dns.lookup("localhost"),
      refusal: /NotCapable|Requires|EPERM|ENOTFOUND|EAI|UNKNOWN/,
    },
    { name: "WebSocket", attempt: ({ foreign }) => new WebSocket(`ws://${foreign}/`) },
    // The runtime of the binary says ECONNREFUSED for these two; the foreign server must not have seen them.
    {
      name: "node:http",
      attempt: ({ foreign }) => happened(http.get(`http://${foreign}/`), "response"),
      refusal: /NotCapable|Requires|ECONNREFUSED|process is not defined/,
    },
    {
      name: "node:net",
      attempt: ({ foreign }) => happened(net.connect(hostAndPort(foreign).port, "127.0.0.1"), "connect"),
      refusal: /NotCapable|Requires|ECONNREFUSED/,
    },
    {
      name: "listen by node",
      attempt: () => happened(net.createServer().listen(0, "127.0.0.1"), "listening"),
      refusal: /NotCapable|Requires|EPERM|EACCES|EADDR/,
    },
    {
      name: "be led elsewhere",
      attempt: async ({ allowed }) => (await fetch(`http://${allowed}/redirect`)).text(),
    },
    { name: "ask for the network", attempt: ({ foreign }) => ask({ name: "net", host: foreign }) },
    {
      name: "a worker for another host",
      attempt: ({ worker, foreign }) => workerWith(worker, { net: [foreign] }),
      refusal: NO_WORKER,
    },
  ],
  escape: [
    { name: "load a library", attempt: () => Deno.dlopen("libc.so.6", {}) },
    // Importing a file by its name is not among these: a program of Deno 2.4 may, see scripts/build.ts.
    { name: "run text as code", attempt: () => (0, eval)("1"), refusal: NO_CODE },
    { name: "make a function of text", attempt: () => new Function("return 1")(), refusal: NO_CODE },
    { name: "make an asynchronous function of text", attempt: () => new AsyncFunction("await 1")(), refusal: NO_CODE },
    {
      name: "import from the network",
      attempt: ({ foreign }) => import(`http://${foreign}/x.js`),
      refusal: /NotCapable|not found|Requires/i,
    },
    { name: "import from npm", attempt: () => import(PACKAGE), refusal: /NotCapable|not find constraint/i },
    {
      name: "a worker with every right",
      attempt: ({ worker }) => workerWith(worker, { read: true, run: true }),
      refusal: NO_WORKER,
    },
    {
      name: "a worker that may start programs",
      attempt: ({ worker }) => workerWith(worker, { run: ["/bin/true"] }),
      refusal: NO_WORKER,
    },
    {
      name: "a worker that reads everything",
      attempt: ({ worker }) => workerWith(worker, { read: ["/"] }),
      refusal: NO_WORKER,
    },
    { name: "ask for reading", attempt: () => ask({ name: "read" }) },
    { name: "ask for a key", attempt: ({ outside }) => ask({ name: "read", path: outside }) },
    { name: "ask for programs", attempt: () => ask({ name: "run" }) },
    { name: "ask for variables", attempt: () => ask({ name: "env" }) },
  ],
  // Whatever they start inherits what the program may, but could import what it likes.
  loaders: [
    {
      name: "a worker of its own",
      attempt: () => new Worker("data:text/javascript,1", { type: "module" }).terminate(),
      refusal: NO_WORKER,
    },
    { name: "modules of the runtime", attempt: () => getBuiltin("worker_threads"), refusal: /no process/ },
  ],
  toAws: [
    { name: "fetch from AWS", attempt: async ({ allowed }) => (await fetch(`http://${allowed}/`)).text() },
    {
      name: "see a redirect of AWS",
      attempt: async ({ allowed }) => (await fetch(`http://${allowed}/redirect`, { redirect: "manual" })).text(),
    },
  ],
} as const satisfies Record<string, readonly Attempt[]>;

export type Group = keyof typeof ATTEMPTS;

function getBuiltin(name: string): void {
  const { process: present } = globalThis as unknown as { process?: { getBuiltinModule(name: string): unknown } };
  if (present === undefined) throw new Error("no process");
  present.getBuiltinModule(name);
}

async function first(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream) return;
}

function hostAndPort(host: string): { hostname: string; port: number } {
  const [hostname, port] = host.split(":");
  return { hostname, port: Number(port) };
}

function happened(source: NodeJS.EventEmitter, event: string): Promise<unknown> {
  return new Promise((resolve, reject) => source.once(event, resolve).once("error", reject));
}

function workerWith(worker: string, permissions: Deno.PermissionOptionsObject): void {
  const options = { type: "module", deno: { permissions } } as const;
  new Worker(worker, options).terminate();
}

async function ask(permission: Deno.PermissionDescriptor): Promise<void> {
  const { state } = await Deno.permissions.request(permission);
  if (state !== "granted") throw new Deno.errors.NotCapable(`${permission.name} is not given: ${state}`);
}
