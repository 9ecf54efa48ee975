// What is no reason for a login: nobody is woken, and AWS is asked for no link, while the way to it or the clock is broken.
import assert from "node:assert/strict";
import type { Operation } from "../aws/operations.ts";
import { type Simulator, startSimulator } from "../aws/simulator.ts";
import { startExpiredServer } from "./support/expired_server.ts";
import { FastClock } from "./support/fast_clock.ts";
import { makeHome } from "./support/home.ts";
import { needs } from "./support/requirement.ts";
import { assertClean, said } from "./support/scene.ts";
import { sideBySide } from "./support/side_by_side.ts";
import { Webhook } from "./support/webhook.ts";

const HOUR = 3_600_000;
/** A token that is over, one that is due, one that is fresh. */
const LEFT_S = [-60, 600, 3600];

/** How the way to AWS is broken; what it needs ends with `until`. */
interface Trouble {
  /** Where the program believes AWS to be. */
  readonly url?: string;
  readonly caFile?: string;
  readonly until?: AsyncDisposable;
}

interface Row {
  readonly name: string;
  readonly leftS: number;
  readonly codes: readonly number[];
  /** Milliseconds by which this machine's clock is ahead. */
  readonly aheadMs?: number;
  /** Seconds that the client registration has left. */
  readonly registrationLeftS?: number;
  make(aws: Simulator): Trouble | Promise<Trouble>;
}

async function prove({ leftS, registrationLeftS, codes, aheadMs = 0, make }: Row): Promise<void> {
  await using aws = await startSimulator();
  await using hook = new Webhook(Date.now);
  const { url = aws.url, caFile, until } = await make(aws);
  try {
    await using home = await makeHome({ aws: { url, caFile } });
    home.write(
      ".config/sso-heal/config.ini",
      `[check]\nalert_after = 1s\n[notify hook]\ntype = webhook\nurl = ${hook.url}\n`,
    );
    home.seed(aws.issueSession({ accessTokenLeftS: leftS, registrationLeftS }));
    const clock = new FastClock(1, Date.now() + aheadMs);
    const runs = [];
    for (let run = 0; run < 3; run++) {
      runs.push(await clock.run(home, ["check", "--scheduled", "--wait-approval", "0", "--timeout", "20s"]));
      // Past the pause after a failure, and past `alert_after`: somebody may be told that it fails.
      clock.pass(10 * 60_000);
    }
    for (const run of runs) assert.ok(codes.includes(run.code), `not ${codes}: ${said(run)}`);
    assert.equal(aws.count("RegisterClient") + aws.count("StartDeviceAuthorization"), 0, said(runs[0]));
    assert.deepEqual(hook.events().filter((event) => event !== "failing" && event !== "broken"), []);
    assertClean({ aws, home }, runs);
  } finally {
    await until?.[Symbol.asyncDispose]();
  }
}

/** Nobody is who he claims to be: a proxy that answers everything with the same page. */
function startProxyPage(status: number): Trouble {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () =>
      new Response("<html><h1>Sign in to the network</h1></html>", {
        status,
        headers: { "content-type": "text/html" },
      }),
  );
  return { url: `http://127.0.0.1:${server.addr.port}`, until: { [Symbol.asyncDispose]: () => server.shutdown() } };
}

async function behindExpiredCertificate(): Promise<Trouble> {
  const server = await startExpiredServer();
  return { url: server.url, caFile: server.caFile, until: server };
}

function failing(operation: Operation, fault: string): Row["make"] {
  return (aws) => {
    aws.fail(operation, fault, 99);
    return {};
  };
}

/** The way to AWS is broken for every call. */
const ON_THE_WAY: readonly { readonly name: string; readonly codes: readonly number[]; readonly make: Row["make"] }[] =
  [
    { name: "the certificate has expired", codes: [75], make: behindExpiredCertificate },
    { name: "the host name is not found", codes: [75], make: () => ({ url: "https://host.invalid" }) },
    { name: "the connection is refused", codes: [75], make: () => ({ url: "http://127.0.0.1:1" }) },
    ...[200, 403, 407, 502, 503].map((status) => ({
      name: `a proxy answers ${status} with a page`,
      codes: status === 403 ? [1, 75] : [75],
      make: () => startProxyPage(status),
    })),
  ];

/** What is no final word of AWS on a refresh. */
const ROWS: readonly Row[] = [
  ...ON_THE_WAY.flatMap(({ name, codes, make }) =>
    LEFT_S.map((leftS) => ({ name: `${name}, ${leftS} s left`, leftS, codes, make }))
  ),
  ...["status-500", "status-503", "status-429", "hang-up", "SlowDownException", "InternalServerException"].map((
    fault,
  ) => ({
    name: `CreateToken: ${fault}`,
    leftS: -60,
    codes: [75],
    make: failing("CreateToken", fault),
  })),
  ...["SignatureDoesNotMatch", "ExpiredToken", "Throttling"].map((fault) => ({
    name: `STS: ${fault}`,
    leftS: 3600,
    codes: [1, 75],
    make: failing("GetCallerIdentity", fault),
  })),
  ...[-HOUR, HOUR].flatMap((aheadMs) =>
    LEFT_S.map((leftS) => ({
      name: `the clock is wrong by ${aheadMs / HOUR} h, ${leftS} s left`,
      leftS,
      aheadMs,
      codes: [0, 1, 75],
      make: () => ({}),
    }))
  ),
  {
    name: "the registration is over by a wrong clock alone",
    leftS: 600,
    registrationLeftS: 1800,
    aheadMs: HOUR,
    codes: [0, 1, 75],
    make: () => ({}),
  },
];

Deno.test({
  name: "check starts no login, and calls nobody to one, while the way to AWS or the clock is broken",
  ...needs("a wrong clock", "faketime"),
  async fn(t) {
    await sideBySide(t, ROWS, prove);
  },
});
