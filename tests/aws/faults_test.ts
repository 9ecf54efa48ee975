// Proves each fault by the very bytes it puts on the wire, and that "after" means AWS has done its work.
import assert from "node:assert/strict";
import { FAULTS, faultsFor } from "./faults.ts";
import { type Operation, OPERATIONS } from "./operations.ts";
import { call, exchange, get, rawRefresh, refresh } from "./raw_client.ts";
import { startSimulator } from "./simulator.ts";

/** How long to listen where the server must close by itself, and where it must not. */
const PATIENCE_MS = 10_000;
const SILENT_MS = 100;
const COMMON = /^HTTP\/1\.1 (\d{3}) [A-Z][A-Za-z ]+\r\ncontent-length: (\d+)\r\ndate: [^\r]+ GMT\r\n/;

interface Seen {
  readonly status: number;
  readonly announced: number;
  readonly head: string;
  readonly body: string;
  readonly closed: boolean;
}

const page = (status: number) => ({ status: seen, head, body }: Seen) => {
  assert.equal(seen, status);
  assert.match(head, /content-type: text\/html/);
  assert.match(body, /<html>/);
};
const retryAfter = (value: RegExp) => ({ head }: Seen) => assert.match(head, value);
const elsewhere = (status: number) => ({ status: seen, head }: Seen) => {
  assert.equal(seen, status);
  assert.match(head, /location: http:\/\/localhost:\d+\/redirect-target\r\n/);
};

// Whole answers: what they say beside a status line, a Date and a true length, which all of them have.
const WHOLE: Record<string, ((seen: Seen) => void) | undefined> = {
  "garbage-body": ({ status, body }) => {
    assert.equal(status, 200);
    const bytes = Uint8Array.from(body, (letter) => letter.charCodeAt(0));
    assert.throws(() => new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  },
  "empty-body": ({ status, body }) => assert.deepEqual([status, body], [200, ""]),
  "wrong-shape": ({ status, body }) => {
    assert.equal(status, 200);
    assert.equal(JSON.parse(body).accessToken, 42);
  },
  "proxy-page-200": page(200),
  "proxy-page-502": page(502),
  "proxy-page-407": (seen) => {
    page(407)(seen);
    assert.match(seen.head, /proxy-authenticate: Basic realm="proxy"\r\n/);
  },
  "gateway-denial": ({ status, body }) => assert.deepEqual([status, JSON.parse(body).error], [403, "access_denied"]),
  "status-500": ({ status }) => assert.equal(status, 500),
  "status-503": page(503),
  "status-503-retry-after": retryAfter(/^HTTP\/1\.1 503[^]+\r\nretry-after: 120\r\n/),
  "status-429": ({ head }) => assert.match(head, /^HTTP\/1\.1 429 (?![^]*retry-after)/),
  "status-429-retry-after": retryAfter(/^HTTP\/1\.1 429[^]+\r\nretry-after: 90\r\n/),
  "status-429-retry-after-date": retryAfter(/\r\nretry-after: Fri, 15 Jan 2027 08:01:30 GMT\r\n/),
  "redirect-302": elsewhere(302),
  "redirect-307": elsewhere(307),
};

// Answers that are not whole, as they end on the wire.
const BROKEN: Record<string, ((seen: Seen) => void) | undefined> = {
  "hang-up": ({ head, closed }) => assert.deepEqual([head, closed], ["", true]),
  "silence": ({ head, closed }) => assert.deepEqual([head, closed], ["", false]),
  "not-http": ({ head, closed }) => {
    assert.match(head, /^SSH-2\.0/);
    assert.equal(closed, true);
  },
  "truncated-body": ({ announced, body, closed }) => {
    assert.equal(body.length, Math.floor(announced / 2));
    assert.match(body, /^\{"accessToken"/);
    assert.equal(closed, true);
  },
  "stalled-body": ({ announced, body, closed }) => {
    assert.equal(body.length, Math.floor(announced / 2));
    assert.equal(closed, false);
  },
  "short-content-length": ({ announced, body }) => {
    assert.equal(announced, Math.floor(body.length / 2));
    assert.throws(() => JSON.parse(body.slice(0, announced)));
  },
  "no-content-length-cut": ({ head, body, closed }) => {
    assert.doesNotMatch(head, /content-length/i);
    assert.match(head, /connection: close\r\n/);
    assert.throws(() => JSON.parse(body));
    assert.match(body, /^\{"accessToken"/);
    assert.equal(closed, true);
  },
};

const wireFaults = FAULTS.filter((fault) => fault.service === undefined);

for (const fault of wireFaults) {
  Deno.test(`fault ${fault.name} ${fault.does}, ${fault.when} the refresh`, async () => {
    await using aws = await startSimulator({ now: () => 1_800_000_000_000 });
    const session = aws.issueSession();
    aws.fail("CreateToken", fault.name);
    const seen = look(
      await exchange(aws, rawRefresh(session), /silence|stalled/.test(fault.name) ? SILENT_MS : PATIENCE_MS),
    );
    const row = fault.name.replace(/-after$/, "");
    const [whole, broken] = [WHOLE[fault.name] ?? WHOLE[row], BROKEN[fault.name] ?? BROKEN[row]];
    if (whole) {
      assert.match(seen.head, COMMON);
      assert.equal(seen.announced, seen.body.length);
      whole(seen);
    } else {
      assert.ok(broken, `no row for ${fault.name}`);
      broken(seen);
    }
    assert.equal(aws.generation(), fault.when === "after" ? 2 : 1);
    const [record] = aws.requests;
    assert.equal(record.fault, fault.name);
    assert.equal(record.status, whole ? seen.status : 0);
    const again = await refresh(aws, session);
    assert.equal(again.status, fault.when === "after" ? 400 : 200, "the fault strikes once");
  });
}

Deno.test("FAULTS names each row once per service, and this file expects no row that is not there", () => {
  const names = FAULTS.map((fault) => `${fault.service ?? "any"} ${fault.name}`);
  assert.equal(new Set(names).size, names.length);
  for (const name of [...Object.keys(WHOLE), ...Object.keys(BROKEN)]) {
    assert.ok(wireFaults.some((fault) => fault.name === name), name);
  }
});

const verdicts: [string, string][] = [
  ["InvalidGrantException", "400 invalid_grant final"],
  ["ExpiredTokenException", "400 expired_token final"],
  ["UnauthorizedClientException", "400 unauthorized_client final"],
  ["InvalidClientException", "401 invalid_client final"],
  ["AccessDeniedException", "400 access_denied final"],
  ["AccessDeniedException/KMS_AccessDeniedException", "400 access_denied broken KMS_AccessDeniedException"],
  ["InvalidRequestException", "400 invalid_request broken"],
  ["InvalidRequestException/KMS_DisabledException", "400 invalid_request broken KMS_DisabledException"],
  ["InvalidRequestException/KMS_NotFoundException", "400 invalid_request broken KMS_NotFoundException"],
  ["InvalidScopeException", "400 invalid_scope broken"],
  ["UnsupportedGrantTypeException", "400 unsupported_grant_type broken"],
  ["InvalidClientMetadataException", "400 invalid_client_metadata broken"],
  ["InvalidRedirectUriException", "400 invalid_redirect_uri broken"],
  ["NeverHeardOfException", "400 unknown broken"],
  ["AuthorizationPendingException", "400 authorization_pending temporary"],
  ["SlowDownException", "400 slow_down temporary"],
  ["InternalServerException", "500 server_error temporary"],
];
Deno.test("the faults of sso-oidc are the rows expected here, no more and no fewer", () => {
  const names = FAULTS.filter((fault) => fault.service === "oidc").map((fault) => fault.name);
  assert.deepEqual(names.sort(), verdicts.map(([name]) => name).sort());
});
for (const [name, expected] of verdicts) {
  Deno.test(`fault ${name} answers ${expected} and leaves the session as it was`, async () => {
    await using aws = await startSimulator();
    const session = aws.issueSession();
    aws.fail("CreateToken", name);
    const { status, headers, json } = await refresh(aws, session);
    const type = headers.get("x-amzn-errortype");
    assert.equal(type, `${name.split("/")[0]}:http://internal.amazon.com/coral/com.amazonaws.sso.oidc/`);
    const verdict = faultsFor("CreateToken").find((fault) => fault.name === name)?.class;
    assert.equal([status, json.error, verdict, json.reason].join(" ").trimEnd(), expected);
    assert.equal((await refresh(aws, session)).status, 200);
  });
}

const others: [Operation, string, number, RegExp][] = [
  ["GetRoleCredentials", "UnauthorizedException", 401, /#UnauthorizedException"/],
  ["GetRoleCredentials", "ForbiddenException", 403, /"No access".*#ForbiddenException"/],
  ["ListAccounts", "ResourceNotFoundException", 404, /#ResourceNotFoundException"/],
  ["ListAccountRoles", "TooManyRequestsException", 429, /#TooManyRequestsException"/],
  ["Logout", "InvalidRequestException", 400, /#InvalidRequestException"/],
  ["GetCallerIdentity", "ExpiredToken", 403, /<Code>ExpiredToken<\/Code>/],
  ["GetCallerIdentity", "InvalidClientTokenId", 403, /<Code>InvalidClientTokenId<\/Code>/],
  ["GetCallerIdentity", "SignatureDoesNotMatch", 403, /<Code>SignatureDoesNotMatch<\/Code>/],
  ["GetCallerIdentity", "AccessDenied", 403, /<Code>AccessDenied<\/Code>/],
  ["GetCallerIdentity", "Throttling", 400, /<Code>Throttling<\/Code>/],
];
const CALLS: Partial<Record<Operation, [string, RequestInit]>> = {
  GetRoleCredentials: ["/federation/credentials", {}],
  ListAccounts: ["/assignment/accounts", {}],
  ListAccountRoles: ["/assignment/roles", {}],
  Logout: ["/logout", { method: "POST" }],
  GetCallerIdentity: ["/", { method: "POST", body: "Action=GetCallerIdentity&Version=2011-06-15" }],
};
for (const [operation, name, status, body] of others) {
  Deno.test(`fault ${name} of ${operation} answers ${status} in the words of ${OPERATIONS[operation]}`, async () => {
    await using aws = await startSimulator();
    const [path, init] = CALLS[operation] ?? ["", {}];
    aws.fail(operation, name);
    const answer = await call(`${aws.url}${path}`, init);
    assert.equal(answer.status, status);
    assert.match(answer.text, body);
  });
}

Deno.test("fail() strikes the given operation, the given number of times, until heal()", async () => {
  await using aws = await startSimulator();
  const session = aws.issueSession();
  const accounts = async () => (await get(aws, "/assignment/accounts", session.token.accessToken)).status;
  aws.fail("CreateToken", "status-500", 2);
  assert.equal(await accounts(), 200);
  assert.equal((await refresh(aws, session)).status, 500);
  assert.equal((await refresh(aws, session)).status, 500);
  assert.equal((await refresh(aws, session)).status, 200);
  aws.fail("*", "status-503", Infinity);
  assert.equal(await accounts(), 503);
  assert.equal((await refresh(aws, session)).status, 503);
  aws.heal();
  assert.equal(await accounts(), 200);
});

Deno.test("fail() refuses a fault that the operation does not have", async () => {
  await using aws = await startSimulator();
  assert.throws(() => aws.fail("CreateToken", "Throttling"), /CreateToken has no fault "Throttling"; it has: hang-up,/);
  assert.throws(() => aws.fail("*", "InvalidGrantException"), /has no fault/);
});

Deno.test("fault redirect-307 records who follows it", async () => {
  await using aws = await startSimulator();
  aws.fail("ListAccounts", "redirect-307");
  await call(`${aws.url}/assignment/accounts`, { redirect: "follow" });
  assert.equal(aws.count("RedirectTarget"), 1);
});

function look({ text, closed }: { readonly text: string; readonly closed: boolean }): Seen {
  const end = text.indexOf("\r\n\r\n");
  const head = end < 0 ? text : text.slice(0, end + 2);
  const status = Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0);
  const announced = Number(/content-length: (\d+)/.exec(head)?.[1] ?? NaN);
  return { status, announced, head, body: end < 0 ? "" : text.slice(end + 4), closed };
}
