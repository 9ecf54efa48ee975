// AWS files as people and crashes leave them, through the compiled program: one clear error, nothing changed, AWS not
// asked.
import assert from "node:assert/strict";
import { startSimulator } from "../aws/simulator.ts";
import { GOOD_CONFIG, MALFORMED, type Malformed, TOKEN_FILE } from "../support/malformed.ts";
import { type Home, makeHome } from "./support/home.ts";
import { assertClean, documentOf, said } from "./support/scene.ts";
import { sideBySide } from "./support/side_by_side.ts";

const PLACES: Record<Malformed["file"], string> = {
  config: ".aws/config",
  credentials: ".aws/credentials",
  token: `.aws/sso/cache/${TOKEN_FILE}`,
};

interface Shown {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly file?: string;
  readonly line?: number;
}

/** Every error of the document, wherever it stands. */
function errorsOf(document: Record<string, unknown>): Shown[] {
  const { problems, sessions } = Object(document);
  return [
    ...problems,
    ...sessions.flatMap(({ error, profiles }: { error?: Shown; profiles: { error?: Shown }[] }) => [
      ...(error ? [error] : []),
      ...profiles.flatMap(({ error }) => error ? [error] : []),
    ]),
  ];
}

async function proveRow(row: Malformed, home: Home): Promise<void> {
  const place = PLACES[row.file];
  const path = home.write(place, row.content);
  const before = Deno.readFileSync(path);
  const text = await home.run(["check"]);
  const json = await home.run(["check", "--json"]);
  assert.deepEqual([text.code, json.code], [1, 1], said(text));
  assert.deepEqual(Deno.readFileSync(path), before);

  const document = documentOf(json);
  assert.equal(document.outcome, "broken");
  const errors = errorsOf(document);
  assert.deepEqual(errors.map(({ code, file, line }) => ({ code, file, line })), [
    { code: row.code, file: path, line: row.line },
  ], said(json));
  const [{ message, hint }] = errors;
  assert.ok(message !== "" && hint !== "");
  assert.equal(message.trim().includes("\n"), false);

  const flat = text.out.replace(/\s+/g, " ");
  assert.ok(flat.includes(row.line === undefined ? `~/${place}: ` : `~/${place}:${row.line}: `), said(text));
  for (const words of [message, hint]) {
    // A long line is broken anywhere, and what is no text is shown in another way.
    assert.ok(flat.replaceAll(" ", "").includes(words.replace(/\s+/g, "").slice(0, 40)), said(text));
  }
}

Deno.test("check names every mistake in the AWS files with its place and the way out", async (t) => {
  await using aws = await startSimulator();
  const rows = MALFORMED.map((row) => ({ ...row, name: `${row.file}: ${row.name}`, row }));
  assert.ok(rows.length >= 60);
  await sideBySide(t, rows, async ({ row }) => {
    await using home = await makeHome({ aws, config: row.file === "token" ? GOOD_CONFIG : null });
    await proveRow(row, home);
    assertClean({ aws, home }, [await home.run(["check", "-v"])]);
    // A damaged token file is read again for a while: they wait more than they work.
  }, 12);
  assert.deepEqual(aws.requests, []);
});
