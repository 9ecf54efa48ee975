// Proves which program opens a link, what it is given, and what becomes of the link when it does not work out.
import assert from "node:assert/strict";
import { type FakeSystem, fakeSystem, MINUTE } from "../../tests/support/fake_system.ts";
import type { RunCall } from "../notify/run_worker.ts";
import { Secret } from "../domain/secret.ts";
import { browserProgram, type BrowserWorkers, prepareBrowser, type Waiting } from "./console_browser.ts";

const LINK = new Secret("https://signin.example/federation?SigninToken=s3cret");
const DESKTOP = { DISPLAY: ":0", PATH: "/usr/bin" };

Deno.test("browserProgram() is that of the system, or what BROWSER names in one word", () => {
  const rows: [os: "linux" | "darwin", env: Record<string, string>, program: string | undefined][] = [
    ["linux", {}, undefined],
    ["linux", { DISPLAY: "" }, undefined],
    ["linux", { DISPLAY: ":0" }, "xdg-open"],
    ["linux", { WAYLAND_DISPLAY: "wayland-0" }, "xdg-open"],
    ["darwin", {}, "/usr/bin/open"],
    ["linux", { BROWSER: "w3m" }, undefined],
    ["linux", { BROWSER: "/opt/my-browser/x", DISPLAY: "" }, undefined],
    ["linux", { BROWSER: "firefox", DISPLAY: ":0" }, "firefox"],
    ["linux", { BROWSER: "/opt/my-browser/x_1.2+3", DISPLAY: ":0" }, "/opt/my-browser/x_1.2+3"],
    ["linux", { BROWSER: "sub/b", DISPLAY: ":0" }, "/home/alice/here/sub/b"],
    ["darwin", { BROWSER: "firefox" }, "firefox"],
    ["darwin", { BROWSER: "sub/b" }, "/home/alice/here/sub/b"],
    ["linux", { BROWSER: "", DISPLAY: ":0" }, "xdg-open"],
    ["linux", { BROWSER: "firefox:chromium", DISPLAY: ":0" }, "xdg-open"],
    ["linux", { BROWSER: "firefox %s", DISPLAY: ":0" }, "xdg-open"],
    ["linux", { BROWSER: "-flag", DISPLAY: ":0" }, "xdg-open"],
    ["darwin", { BROWSER: "../firefox" }, "/usr/bin/open"],
  ];
  for (const [os, env, program] of rows) {
    assert.equal(browserProgram({ os, env, cwd: "/home/alice/here" }), program, JSON.stringify(env));
  }
});

/** Stands in for a worker: says what the test wants, and keeps what it is told. */
class FakeWorker {
  readonly told: unknown[] = [];
  terminated = 0;
  onmessage: ((event: MessageEvent) => void) | undefined;
  onerror: ((event: ErrorEvent) => void) | undefined;

  constructor(readonly answer: (message: RunCall) => readonly object[]) {}

  postMessage(message: RunCall): void {
    this.told.push(message);
    for (const data of this.answer(message)) {
      queueMicrotask(() => this.onmessage?.(new MessageEvent("message", { data })));
    }
  }

  terminate(): void {
    this.terminated++;
  }
}

interface Options {
  /** How the program ends; it stays unless given. */
  readonly program?: object;
  readonly env?: Record<string, string>;
  /** Spoils the home. */
  readonly spoil?: (system: FakeSystem) => void;
}

/** Opens the link with a listener that hears `heard`, and a program that does nothing. */
async function open(heard: readonly object[], { program, env = DESKTOP, spoil = () => {} }: Options = {}) {
  await using system = await fakeSystem(env);
  system.raceMs = 50;
  spoil(system);
  const names: string[] = [];
  const pages: string[] = [];
  const told: Waiting[] = [];
  const listener = new FakeWorker(() => [{ port: 4711 }, ...heard]);
  const starter = new FakeWorker(({ id, job }) => {
    pages.push(Deno.readTextFileSync(new URL(job.args[0])));
    return program === undefined ? [] : [{ id, result: program }];
  });
  const workers: BrowserWorkers = {
    listener: () => listener as unknown as Worker,
    program: (name) => (names.push(name), starter as unknown as Worker),
  };
  const opened = await prepareBrowser(system, workers).open(LINK, (waiting) => told.push(waiting));
  const left = pages.length === 0 ? [] : [...Deno.readDirSync(`${system.home}/.local/state/sso-heal`)];
  return { opened, listener, starter, names, pages, told, left };
}

Deno.test("prepareBrowser() gives the program a file that leads to this machine, and the link to the listener alone", async () => {
  const env = { ...DESKTOP, HOME: "/home/me", LD_PRELOAD: "x.so", DENO_CERT: "ca.pem", SSO_HEAL_CWD: "/" };
  const { opened, listener, starter, names, pages, told, left } = await open([{ sentOn: true }], { env });
  assert.deepEqual([opened, names], [{ ok: true, again: false }, ["xdg-open"]]);
  const [{ job: { args, ...job } }] = starter.told as RunCall[];
  const [{ path, link }] = listener.told as { path: string; link: string }[];
  assert.equal(link, LINK.reveal());
  assert.match(path, /^\/[\da-f]{8}-[\da-f-]{27}$/);
  assert.deepEqual(job, { path: "xdg-open", env: { ...DESKTOP, HOME: "/home/me" } });
  assert.match(args.join(" "), /^file:\/\/\/[^ ]+\.html$/);
  // Neither the address nor the link is in the arguments, and the link not even in the file.
  assert.ok(!args[0].includes(path.slice(1)) && !args[0].includes("4711"));
  assert.ok(pages[0].includes(`http://127.0.0.1:4711${path}`) && !pages[0].includes("s3cret"));
  assert.deepEqual([told, left], [[{ program: "xdg-open", forMs: MINUTE }], []]);
  // Its program may be the browser: only the listener is ended.
  assert.deepEqual([listener.terminated, starter.terminated], [1, 0]);
});

Deno.test("prepareBrowser() says when the link was asked for again", async () => {
  assert.deepEqual((await open([{ sentOn: true, again: true }])).opened, { ok: true, again: true });
});

Deno.test("prepareBrowser() waits on when the program has ended well, and tells the person the address meanwhile", async () => {
  const { opened, listener, told, left } = await open([], { program: { ok: true } });
  assert.ok(!opened.ok && opened.why === "no browser came within 1 min" && opened.waitedMs >= MINUTE);
  const [{ path }] = listener.told as { path: string }[];
  assert.deepEqual(told, [{ program: "xdg-open", forMs: MINUTE }, { address: `http://127.0.0.1:4711${path}` }]);
  assert.deepEqual(left, []);
});

Deno.test("prepareBrowser() says why no browser came", async () => {
  const missing = { ok: false, code: "ProgramMissing", message: "there is no such program" };
  const rows: [heard: object[], program: object | undefined, why: string][] = [
    [[], missing, "xdg-open: there is no such program"],
    [[{ timedOut: true }], undefined, "no browser came within 1 min"],
    [[{ query: "?x" }], undefined, "unknown answer"],
  ];
  for (const [heard, program, why] of rows) {
    const { opened, left } = await open(heard, { program });
    assert.deepEqual([!opened.ok && opened.why, left], [why, []]);
  }
});

Deno.test("prepareBrowser() starts no program when the file for it cannot be written", async () => {
  const { opened, starter, listener } = await open([], { spoil: (system) => system.write(".local/state", "a file") });
  assert.match(!opened.ok ? opened.why : "", /^Cannot write/);
  assert.deepEqual([starter.told, listener.terminated], [[], 1]);
});

Deno.test("prepareBrowser() starts nothing where there is no desktop", async () => {
  await using system = await fakeSystem({ BROWSER: "w3m" });
  const none = () => assert.fail("no worker was expected");
  const opened = await prepareBrowser(system, { listener: none, program: none }).open(LINK);
  assert.deepEqual(opened, { ok: false, why: "this session has no desktop", waitedMs: 0 });
});
