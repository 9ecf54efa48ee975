// Proves by answers on the wire that odd numbers cost neither a token nor a link, and that no odd link is shown.
import assert from "node:assert/strict";
import { UnreadableAnswer } from "./failure_of.ts";
import { HANDLERS } from "./oidc.ts";
import type { ClientOptions } from "./operation.ts";
import { formatTime } from "./time.ts";
import { Transport } from "./transport.ts";

/** Runs `call` against a server that answers everything with `body`. */
async function answered<T>(body: string, call: (options: ClientOptions) => Promise<T>): Promise<T> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => new Response(body));
  const requestHandler = new Transport(30_000);
  const endpoint = `http://127.0.0.1:${server.addr.port}`;
  try {
    return await call({ endpoint, region: "us-east-1", requestHandler, maxAttempts: 1, clockOffsetMs: 0 });
  } finally {
    requestHandler.destroy();
    await server.shutdown();
  }
}

const CLIENT = { clientId: "client", clientSecret: "client-secret" };
const refreshed = (more: string) =>
  answered(
    `{"accessToken":"access-2","refreshToken":"refresh-2"${more}}`,
    (options) => HANDLERS.CreateToken({ ...CLIENT, refreshToken: "refresh-1" }, options),
  );

const LIVES: ReadonlyArray<readonly [more: string, lifeS: number]> = [
  [',"expiresIn":900', 900],
  [',"expiresIn":"1800"', 1800],
  [',"expiresIn":7776000', 7_776_000],
  ...["7776001", "1e15", "1e999", "0", "-1", '"-1"', '"soon"', '""', '"NaN"', "null", "true", "{}", "[900]"]
    .map((value) => [`,"expiresIn":${value}`, 3600] as const),
  ["", 3600],
];

for (const [more, lifeS] of LIVES) {
  Deno.test(`CreateToken keeps the new pair, for ${lifeS} s, of an answer with ${more.slice(1) || "no life"}`, async () => {
    const answer = await refreshed(more);
    assert.deepEqual(answer, { accessToken: "access-2", refreshToken: "refresh-2", expiresInS: lifeS });
    assert.match(formatTime(Date.UTC(2026, 10, 20) + answer.expiresInS * 1000), /^202[67]-/);
  });
}

Deno.test("CreateToken takes a refresh token that is no text for none", async () => {
  for (const value of ["7", "null", '""', "{}"]) {
    assert.equal((await refreshed(`,"refreshToken":${value}`)).refreshToken, undefined);
  }
});

Deno.test("CreateToken gives no token where the answer has none", async () => {
  for (const body of ["{}", '{"accessToken":""}', '{"accessToken":7}']) {
    const call = answered(body, (options) => HANDLERS.CreateToken({ ...CLIENT, refreshToken: "refresh-1" }, options));
    await assert.rejects(call, UnreadableAnswer);
  }
});

const LINK = "https://device.sso.us-east-1.amazonaws.com/";
const linked = (more: Record<string, unknown>) =>
  answered(
    JSON.stringify({
      deviceCode: "device-code",
      userCode: "ABCD-EFGH",
      verificationUri: LINK,
      verificationUriComplete: `${LINK}?user_code=ABCD-EFGH`,
      expiresIn: 600,
      interval: 5,
      ...more,
    }),
    (options) => HANDLERS.StartDeviceAuthorization({ ...CLIENT, startUrl: "https://sim.awsapps.com/start" }, options),
  );

const PACES: ReadonlyArray<readonly [interval: unknown, intervalS: number, expiresIn: unknown, expiresInS: number]> = [
  [7, 7, 300, 300],
  ["7", 7, "300", 300],
  [1e12, 60, 1e12, 3600],
  [0, 1, 0, 60],
  [-5, 1, -5, 60],
  ["x", 5, "x", 600],
  [undefined, 5, undefined, 600],
  [null, 5, {}, 600],
];

for (const [interval, intervalS, expiresIn, expiresInS] of PACES) {
  Deno.test(`StartDeviceAuthorization keeps a sound pace with ${JSON.stringify({ interval, expiresIn })}`, async () => {
    const answer = await linked({ interval, expiresIn });
    assert.deepEqual([answer.intervalS, answer.expiresInS], [intervalS, expiresInS]);
  });
}

Deno.test("StartDeviceAuthorization gives links with https, or http on this machine, as they came", async () => {
  for (const page of [LINK, "http://127.0.0.1:8080/device", "http://localhost/device", `${LINK}?${"x".repeat(5000)}`]) {
    const answer = await linked({ verificationUri: page, verificationUriComplete: page });
    assert.deepEqual([answer.verificationUri, answer.verificationUriComplete], [page, page]);
  }
});

Deno.test("StartDeviceAuthorization refuses every other link", async () => {
  for (const page of ["http://evil.example/device", "javascript:alert(1)", "file:///etc/passwd", "device", "", 7]) {
    for (const field of ["verificationUri", "verificationUriComplete"]) {
      await assert.rejects(linked({ [field]: page }), (error) => {
        assert.ok(error instanceof UnreadableAnswer && error.message.includes(`"${field}"`), String(error));
        return true;
      });
    }
  }
});

Deno.test("RegisterClient gives an end that can be written to a file, or none", async () => {
  const registered = (end: string) =>
    answered(
      `{"clientId":"client","clientSecret":"client-secret","clientSecretExpiresAt":${end}}`,
      (options) => HANDLERS.RegisterClient({ clientName: "test" }, options),
    );
  assert.equal((await registered("1800000000")).expiresAt, 1_800_000_000_000);
  for (const end of ["0", "-1", "1e15", "1e999", '"soon"', "null"]) {
    await assert.rejects(registered(end), UnreadableAnswer);
  }
});
