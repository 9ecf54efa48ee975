// Proves from outside what the sandbox is for: which sockets, threads and processes the program really opens.
import assert from "node:assert/strict";
import { needs } from "./support/requirement.ts";
import { makeScene, said, type Scene } from "./support/scene.ts";
import { type SystemCall, traced } from "./support/strace.ts";

const OUTWARD = ["execve", "socket", "connect", "bind", "sendto", "clone3", "clone", "vfork", "fork", "prctl"];

/** Programs that were started, the first one included. */
function programs(calls: readonly SystemCall[]): string[] {
  return calls.flatMap(({ name, text }) => name === "execve" ? [/^"([^"]*)"/.exec(text)?.[1] ?? ""] : []);
}

/** Where connections went to, as `address:port` (IPv4) or the text of the call. */
function connections(calls: readonly SystemCall[]): string[] {
  return calls.flatMap(({ name, text }) => {
    if (name !== "connect") return [];
    const [, port, address] = /sin_port=htons\((\d+)\), sin_addr=inet_addr\("([\d.]+)"\)/.exec(text) ?? [];
    return [port === undefined ? text : `${address}:${port}`];
  });
}

function countOf(calls: readonly SystemCall[], wanted: string, word = ""): number {
  return calls.filter(({ name, text }) => name === wanted && text.includes(word)).length;
}

/** Threads of their own that have a JavaScript runtime: the worker. Those of the runtime itself are there always. */
function workers(calls: readonly SystemCall[]): number {
  return countOf(calls, "prctl", 'PR_SET_NAME, "worker');
}

async function healthy(): Promise<Scene> {
  const scene = await makeScene({ session: { accessTokenLeftS: 3600 } });
  const first = await scene.home.run(["check"]);
  assert.equal(first.code, 0, said(first));
  return scene;
}

Deno.test({
  name: "check with nothing to do starts no process and no worker and opens no connection",
  ...needs("system calls", "strace"),
  async fn() {
    await using scene = await healthy();
    const before = scene.aws.requests.length;
    const run = await traced(scene.home, ["check"], { calls: OUTWARD });
    assert.equal(run.code, 0, said(run));
    assert.equal(programs(run.calls).length, 1);
    assert.deepEqual(connections(run.calls), []);
    assert.equal(countOf(run.calls, "socket", "AF_INET"), 0);
    assert.equal(workers(run.calls), 0);
    assert.equal(scene.aws.requests.length, before);
  },
});

Deno.test({
  name: "check that refreshes starts no process and connects to AWS only",
  ...needs("system calls", "strace"),
  async fn() {
    await using scene = await healthy();
    const run = await traced(scene.home, ["check", "--force-refresh"], { calls: OUTWARD });
    assert.equal(run.code, 0, said(run));
    assert.equal(programs(run.calls).length, 1);
    assert.ok(connections(run.calls).length > 0);
    assert.deepEqual(new Set(connections(run.calls)), new Set([`127.0.0.1:${scene.aws.port}`]));
    assert.equal(countOf(run.calls, "bind"), 0);
    assert.equal(workers(run.calls), 1);
  },
});

Deno.test({
  name: "status and profiles open no socket even when everything has run out",
  ...needs("system calls", "strace"),
  async fn() {
    await using scene = await makeScene({ session: { accessTokenLeftS: -60 } });
    for (const word of ["status", "profiles"]) {
      const run = await traced(scene.home, [word], { calls: OUTWARD });
      assert.equal(countOf(run.calls, "socket", "AF_INET"), 0);
      assert.equal(programs(run.calls).length, 1);
    }
    assert.equal(scene.aws.requests.length, 0);
  },
});

Deno.test({
  name: "check refuses plain http to another machine before any connection",
  ...needs("system calls", "strace"),
  async fn(t) {
    for (
      const name of ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SSO_OIDC", "AWS_ENDPOINT_URL_SSO", "AWS_ENDPOINT_URL_STS"]
    ) {
      await t.step(name, async () => {
        await using scene = await makeScene();
        const env = { AWS_ENDPOINT_URL: scene.aws.url, [name]: "http://aws.example.com" };
        const run = await traced(scene.home, ["check"], { calls: OUTWARD, env });
        assert.equal(run.code, 1, said(run));
        assert.match(said(run), /plain http is accepted for this machine only/);
        // Whoever asks for a name would be seen here, too: as a connection to a resolver.
        const elsewhere = connections(run.calls).filter((to) => to !== `127.0.0.1:${scene.aws.port}`);
        assert.deepEqual(elsewhere, []);
      });
    }
  },
});
