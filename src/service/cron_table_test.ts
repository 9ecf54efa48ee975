// Tests of our block in a table of cron jobs: it comes and goes, and every other line stays as it is.
import assert from "node:assert/strict";
import { UserError } from "../domain/problem.ts";
import { lineOfBlock, withBlock, withoutBlock } from "./cron_table.ts";

const BLOCK = `# BEGIN sso-heal (sso-heal:managed v1; to change: sso-heal install, to remove: sso-heal uninstall)
3 * * * * job
# END sso-heal
`;

const FOREIGN: readonly (readonly [what: string, table: string])[] = [
  ["lines of others", "MAILTO=me\n\n# backup\n0 3 * * * /usr/bin/backup\n"],
  ["lines that end as in Windows", "0 3 * * * a\r\n5 3 * * * b\r\n"],
  ["blank lines at both ends", "\n\n0 3 * * * a\n\n\n"],
  ["words that look like ours", "# BEGIN sso-healer\n0 3 * * * sso-heal check\n# END sso-healer\n"],
  ["tabs, trailing spaces and a lone carriage return", "0\t3 * * * a  \n#x\ry\n"],
];

for (const [what, table] of FOREIGN) {
  Deno.test(`withBlock() and withoutBlock() leave ${what} as they are`, () => {
    const added = withBlock(table, "3 * * * * job");
    assert.equal(added, table + BLOCK);
    assert.equal(withBlock(added, "3 * * * * job"), added);
    assert.equal(withoutBlock(added), table);
    assert.equal(withoutBlock(table), table);
  });
}

Deno.test("withBlock() begins a table, and withoutBlock() leaves none", () => {
  assert.equal(withBlock("", "3 * * * * job"), BLOCK);
  assert.equal(withoutBlock(BLOCK), undefined);
});

Deno.test("withBlock() ends a last line that has no end, as cron demands", () => {
  const added = withBlock("0 3 * * * a", "3 * * * * job");
  assert.equal(added, `0 3 * * * a\n${BLOCK}`);
  assert.equal(withoutBlock(added), "0 3 * * * a\n");
  assert.equal(withoutBlock(`${BLOCK}0 3 * * * a`), "0 3 * * * a");
});

Deno.test("withBlock() replaces the line in its place, also in a file whose lines were given other ends", () => {
  assert.equal(withBlock(`a\n${BLOCK}b`, "9 * * * * job"), `a\n${BLOCK.replace("3 *", "9 *")}b`);
  assert.equal(withBlock(`a\r\n${BLOCK.replaceAll("\n", "\r\n")}b\r\n`, "3 * * * * job"), `a\r\n${BLOCK}b\r\n`);
});

Deno.test("withBlock() leaves one block where somebody copied it", () => {
  assert.equal(withBlock(`a\n${BLOCK}b\n${BLOCK}c\n`, "3 * * * * job"), `a\n${BLOCK}b\nc\n`);
  assert.equal(withoutBlock(`a\n${BLOCK}b\n${BLOCK}c\n`), "a\nb\nc\n");
});

Deno.test("lineOfBlock() finds the line", () => {
  assert.equal(lineOfBlock(`a\n${BLOCK}b\n`), "3 * * * * job");
  assert.equal(lineOfBlock(`a\n${BLOCK.replaceAll("\n", "\r\n")}b\n`), "3 * * * * job");
  assert.equal(lineOfBlock("a\n"), undefined);
  assert.equal(lineOfBlock(BLOCK.replace("3 *", "# 3 *")), undefined);
});

const [FIRST, JOB, LAST] = BLOCK.split("\n");
const DAMAGED: readonly (readonly [what: RegExp, table: string])[] = [
  [/has no end/, `${FIRST}\n${JOB}\n0 3 * * * a\n`],
  [/begins twice/, `${FIRST}\n${JOB}\n${FIRST}\n${JOB}\n${LAST}\n`],
  [/ends without a beginning/, `${JOB}\n${LAST}\n`],
  [/was not written by sso-heal/, `# BEGIN sso-heal\n${JOB}\n${LAST}\n`],
  [/no UTF-8/, "# caf\ufffd\n"],
];

for (const [message, table] of DAMAGED) {
  Deno.test(`withBlock() refuses a table of which it cannot tell what is ours: ${message.source}`, () => {
    for (const act of [() => withBlock(table, "x"), () => withoutBlock(table), () => lineOfBlock(table)]) {
      assert.throws(act, (error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, message);
        assert.match(error.hints.join("\n"), /crontab -e/);
        return true;
      });
    }
  });
}
