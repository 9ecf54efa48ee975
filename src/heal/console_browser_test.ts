// Proves which program opens a link, what it is given, and what becomes of the link when it does not work out.
import assert from "node:assert/strict";
import { fakeSystem } from "../../tests/support/fake_system.ts";
import type { RunCall } from "../notify/run_worker.ts";
import { Secret } from "../domain/secret.ts";
import { browserProgram, type BrowserWorkers, prepareBrowser } from "./console_browser.ts";

const LINK = new Secret("https://signin.example/federation?SigninToken=s3cret");
const DESKTOP = { DISPLAY: ":0", PATH: "/usr/bin" };

Deno.test("browserProgram() is that of the system, or what BROWSER names in one word", () => {
  const rows: [os: "linux" | "darwin", env: Record<string, string>, program: string | undefined][] = [
    ["linux", {}, undefined],
    ["linux", { DISPLAY: "" }, undefined],
    ["linux", { DISPLAY: ":0" }, "xdg-open"],
    ["linux", { WAYLAND_DISPLAY: "wayland-0" }, "xdg-open"],
    ["darwin", {}, "/usr/bin/open"],
    ["linux", { BROWSER: "firefox" }, "firefox"],
    ["linux", { BROWSER: "/opt/my-browser/x_1.2+3" }, "/opt/my-browser/x_1.2+3"],
    ["darwin", { BROWSER: "firefox" }, "firefox"],
    ["linux", { BROWSER: "", DISPLAY: ":0" }, "xdg-open"],
    ["linux", { BROWSER: "firefox:chromium", DISPLAY: ":0" }, "xdg-open"],
    ["linux", { BROWSER: "firefox %s", DISPLAY: ":0" }, "xdg-open"],
    ["linux", { BROWSER: "-flag" }, undefined],
    ["darwin", { BROWSER: "../firefox" }, "/usr/bin/open"],
  ];
  for (const [os, env, program] of rows) assert.equal(browserProgram(os, env), program, JSON.stringify(env));
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

/** Opens the link with workers that answer so; `program` gives the outcome of the program, if it ends. */
async function open(heard: readonly object[], program?: object, env: Record<string, string> = DESKTOP) {
  await using system = await fakeSystem(env);
  system.raceMs = 50;
  const names: string[] = [];
  const listener = new FakeWorker(() => [{ port: 4711 }, ...heard]);
  const starter = new FakeWorker(({ id }) => program === undefined ? [] : [{ id, result: program }]);
  const workers: BrowserWorkers = {
    listener: () => listener as unknown as Worker,
    program: (name) => (names.push(name), starter as unknown as Worker),
  };
  const opened = await prepareBrowser(system, workers).open(LINK);
  return { opened, listener, starter, names };
}

Deno.test("prepareBrowser() gives the program an address of this machine, and the link to the listener alone", async () => {
  const env = { ...DESKTOP, HOME: "/home/me", LD_PRELOAD: "x.so", DENO_CERT: "ca.pem", SSO_HEAL_CWD: "/" };
  const { opened, listener, starter, names } = await open([{ sentOn: true }], undefined, env);
  assert.deepEqual([opened, names], [{ ok: true }, ["xdg-open"]]);
  const [{ job }] = starter.told as RunCall[];
  const [{ path, link }] = listener.told as { path: string; link: string }[];
  assert.equal(link, LINK.reveal());
  assert.match(path, /^\/[\da-f]{8}-[\da-f-]{27}$/);
  assert.deepEqual(job, {
    path: "xdg-open",
    args: [`http://127.0.0.1:4711${path}`],
    env: { ...DESKTOP, HOME: "/home/me" },
  });
  // Its program may be the browser: only the listener is ended.
  assert.deepEqual([listener.terminated, starter.terminated], [1, 0]);
});

Deno.test("prepareBrowser() waits on when the program has ended well", async () => {
  assert.deepEqual((await open([], { ok: true })).opened, { ok: false, why: "no browser came within 1 min" });
});

Deno.test("prepareBrowser() says why no browser came", async () => {
  const missing = { ok: false, code: "ProgramMissing", message: "there is no such program" };
  const rows: [heard: object[], program: object | undefined, why: string][] = [
    [[], missing, "xdg-open: there is no such program"],
    [[{ timedOut: true }], undefined, "no browser came within 1 min"],
    [[{ query: "?x" }], undefined, "unknown answer"],
  ];
  for (const [heard, program, why] of rows) {
    assert.deepEqual((await open(heard, program)).opened, { ok: false, why });
  }
});

Deno.test("prepareBrowser() starts nothing where there is no desktop", async () => {
  await using system = await fakeSystem();
  const none = () => assert.fail("no worker was expected");
  const opened = await prepareBrowser(system, { listener: none, program: none }).open(LINK);
  assert.deepEqual(opened, { ok: false, why: "this session has no desktop" });
});
