// Proves that the page for the browser is for this account alone, leads on, and does not stay.
import assert from "node:assert/strict";
import { fakeSystem, MINUTE } from "../../tests/support/fake_system.ts";
import { writePage } from "./hand_over.ts";

const ADDRESS = "http://127.0.0.1:4711/by-chance";
const STATE = ".local/state/sso-heal";

Deno.test("writePage() writes a page that leads on, which nobody else can read, until it is removed", async () => {
  await using system = await fakeSystem();
  const page = writePage(system.home, ADDRESS, Date.now());
  const path = new URL(page.url).pathname;
  assert.match(path, new RegExp(`^${system.home}/${STATE}/\\.sso-heal-[^/]+\\.html$`));
  assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);
  assert.equal(Deno.statSync(`${system.home}/${STATE}`).mode! & 0o777, 0o700);
  const text = Deno.readTextFileSync(path);
  assert.ok(text.includes(`http-equiv="refresh" content="0; url=${ADDRESS}"`) && text.includes(`href="${ADDRESS}"`));
  page.remove();
  page.remove();
  assert.deepEqual([...Deno.readDirSync(`${system.home}/${STATE}`)], []);
});

Deno.test("writePage() gives a URL also for a home whose name means something there", async () => {
  await using system = await fakeSystem();
  const home = `${system.home}/a b#c?d%20é`;
  const { url } = writePage(home, ADDRESS, Date.now());
  assert.ok(Deno.readTextFileSync(new URL(url)).includes(ADDRESS));
  assert.doesNotMatch(url, /[ #?é]/);
});

Deno.test("writePage() removes what a killed process left behind, and nothing else", async () => {
  await using system = await fakeSystem();
  for (const name of [".sso-heal-1-x.html", "own.html", "alerts.json"]) system.write(`${STATE}/${name}`, "");
  const first = writePage(system.home, ADDRESS, Date.now());
  const second = writePage(system.home, ADDRESS, Date.now() + 11 * MINUTE);
  const names = [...Deno.readDirSync(`${system.home}/${STATE}`)].map(({ name }) => name).sort();
  assert.deepEqual(names, [new URL(second.url).pathname.split("/").at(-1), "alerts.json", "own.html"]);
  first.remove();
});

Deno.test("writePage() says what is in the way", async () => {
  await using system = await fakeSystem();
  system.write(".local/state", "a file");
  assert.throws(() => writePage(system.home, ADDRESS, 0), { name: "UserError", message: /^Cannot write/ });
});
