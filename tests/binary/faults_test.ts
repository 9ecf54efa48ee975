// Every way in which AWS or the way to it can fail, against the compiled program: what it makes of it, and that the
// session is none the worse for it.
import assert from "node:assert/strict";
import { type Fault, faultsFor } from "../aws/faults.ts";
import type { Operation } from "../aws/operations.ts";
import { sideBySide } from "./support/side_by_side.ts";
import { assertClean, documentOf, makeScene, said } from "./support/scene.ts";

/** Every try of a run meets the fault. */
const EVERY = 99;

type Code = 0 | 1 | 4 | 75;

/** What a check must end with when the call always fails so. */
function expectedCode(operation: Operation, fault: Fault): Code {
  if (operation === "CreateToken") return { final: 4, temporary: 75, broken: 1 }[fault.class] as Code;
  // A fresh token that the portal does not know: the refresh heals it or shows that AWS has a problem of its own.
  if (fault.name === "UnauthorizedException") return 75;
  // Only a wrong clock explains these for keys that were made a moment ago.
  if (["ExpiredToken", "SignatureDoesNotMatch"].includes(fault.name)) return 75;
  return fault.class === "temporary" ? 75 : 1;
}

/** What the next check ends with, once nothing fails any more. */
function codeAfterwards(operation: Operation, fault: Fault): Code {
  if (operation !== "CreateToken") return 0;
  // AWS has rotated the refresh token and its answer is lost: where it refuses the old one, only a login helps.
  return fault.class === "final" || fault.when === "after" ? 4 : 0;
}

function isSlow({ name }: Fault): boolean {
  return name.startsWith("silence") || name.startsWith("stalled");
}

async function proveFault(operation: Operation, fault: Fault): Promise<void> {
  // The proof of the role is reached with a token that needs no refresh.
  const accessTokenLeftS = operation === "CreateToken" ? 600 : 3600;
  await using scene = await makeScene({ session: { accessTokenLeftS } });
  const { aws, home, session } = scene;
  const before = scene.token();
  aws.fail(operation, fault.name, EVERY);
  const failed = await home.run(["check", ...(isSlow(fault) ? ["--timeout", "8s"] : [])]);
  assert.equal(failed.code, expectedCode(operation, fault), said(failed));
  assert.ok(aws.count(operation) > 0);
  const links = failed.code === 4 ? 1 : 0;
  assert.equal(aws.count("StartDeviceAuthorization"), links, "only AWS's refusal is a reason for a login");
  if (fault.name === "UnauthorizedException") {
    const { accessToken, refreshToken } = aws.session(session.id);
    assert.deepEqual(pairOf(scene.token()), [accessToken, refreshToken]);
    assert.equal(aws.count("CreateToken"), 1);
  } else assert.equal(scene.token(), before);

  aws.heal();
  const next = await home.run(["check", "--force-refresh"]);
  const expected = codeAfterwards(operation, fault);
  assert.equal(next.code, expected, said(next));
  if (expected === 0) {
    const { accessToken, refreshToken } = aws.session(session.id);
    assert.deepEqual(pairOf(scene.token()), [accessToken, refreshToken]);
  } else assert.equal(scene.token(), before);
  assertClean(scene, [failed, next]);
}

function pairOf(text: string): unknown[] {
  const { accessToken, refreshToken } = JSON.parse(text);
  return [accessToken, refreshToken];
}

const ROWS = (["CreateToken", "GetRoleCredentials", "GetCallerIdentity"] as const).flatMap((operation) =>
  faultsFor(operation).map((fault) => ({ name: `${operation}: ${fault.name}`, operation, fault }))
);

Deno.test("check survives every fault of every call", async (t) => {
  const slow = ROWS.filter(({ fault }) => isSlow(fault));
  const rows = [...slow, ...ROWS.filter((row) => !slow.includes(row))];
  // The slow ones sleep.
  await sideBySide(t, rows, ({ operation, fault }) => proveFault(operation, fault), 6 + slow.length);
});

const LOST = faultsFor("CreateToken").filter((fault) => fault.when === "after" && !isSlow(fault));

Deno.test("check needs a person after a lost answer where AWS refuses a used refresh token", async (t) => {
  await sideBySide(t, LOST, async ({ name }) => {
    await using scene = await makeScene({ aws: { reuse: "refuse" } });
    const before = scene.token();
    scene.aws.fail("CreateToken", name);
    const ended = await scene.home.run(["check"]);
    assert.equal(ended.code, 4, said(ended));
    assert.match(ended.out, /sso-heal login --session corp/);
    assert.equal(scene.token(), before, "the access token is used to its end");
    assertClean(scene, [ended]);
  });
});

Deno.test("check heals a lost answer by itself where AWS takes a used refresh token for a while", async (t) => {
  await sideBySide(t, LOST, async ({ name }) => {
    await using scene = await makeScene({ aws: { reuse: "grace" } });
    const { aws, home, session } = scene;
    aws.fail("CreateToken", name);
    const ended = await home.run(["check"]);
    assert.equal(ended.code, 0, said(ended));
    const { accessToken, refreshToken } = aws.session(session.id);
    assert.deepEqual(pairOf(scene.token()), [accessToken, refreshToken]);
    assert.equal(aws.generation(session.id), 3);
    assertClean(scene, [ended]);
  });
});

const PATIENCE = [
  { name: "status-503-retry-after", leastS: 120 },
  { name: "status-429", leastS: 30 },
  { name: "status-429-retry-after", leastS: 90 },
  { name: "status-429-retry-after-date", leastS: 89 },
  { name: "SlowDownException", leastS: 30 },
];

Deno.test("check asks AWS no earlier than AWS allows", async (t) => {
  await sideBySide(t, PATIENCE, async ({ name, leastS }) => {
    await using scene = await makeScene();
    const { aws, home } = scene;
    aws.fail("CreateToken", name, EVERY);
    const startedAt = Date.now();
    const failed = await home.run(["check", "--json"]);
    assert.equal(failed.code, 75, said(failed));
    const [{ retryAt }] = Object(documentOf(failed)).sessions;
    // RFC 3339 without a fraction is up to a second early.
    assert.ok(Date.parse(retryAt) >= startedAt + (leastS - 1) * 1000, said(failed));
    assert.equal(aws.count("CreateToken"), 1);

    aws.heal();
    const early = await home.run(["check"]);
    assert.equal(early.code, 75, said(early));
    assert.equal(aws.count("CreateToken"), 1);
    const byHand = await home.run(["check", "--force-refresh"]);
    assert.equal(byHand.code, 0, said(byHand));
  });
});
