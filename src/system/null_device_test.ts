// Proves by real redirections which streams count as lost.
import assert from "node:assert/strict";

const SCRIPT = `import { isNullDevice } from ${JSON.stringify(new URL("null_device.ts", import.meta.url).href)};
const answer = JSON.stringify(await Promise.all([1, 2].map(isNullDevice)));
for (const stream of [Deno.stdout, Deno.stderr]) stream.writeSync(new TextEncoder().encode(answer));`;

const ROWS: [redirection: string, answer: string][] = [
  ["", "[false,false]"],
  [">/dev/null", "[true,false]"],
  ["2>/dev/null", "[false,true]"],
  ["2>&-", "[false,true]"],
  ["2>/dev/zero", "[false,false]"],
];

for (const [redirection, answer] of ROWS) {
  Deno.test(`isNullDevice() of output and error with "${redirection}"`, async () => {
    const { stdout, stderr } = await new Deno.Command("/bin/sh", {
      args: ["-c", `"$0" eval "$1" ${redirection}`, Deno.execPath(), SCRIPT],
      env: { NO_COLOR: "1" },
    }).output();
    const said = new TextDecoder().decode(new Uint8Array([...stdout, ...stderr]));
    assert.ok(said.includes(answer), said);
  });
}
