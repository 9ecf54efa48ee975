// `deno task test`: builds the binary of the present sources, runs every test, and ends with one plain line of counts.
//
// Arguments are handed to `deno test` (files, --filter); without any, all tests run.
import { freshBinary, ROOT } from "./binary.ts";

/** Variables of the caller that would reach the programs under test. */
const FOREIGN = /^(AWS_|DENO_(CERT|TLS)|SSL_CERT|NODE_EXTRA_CA|REQUESTS_CA|CURL_CA|SSO_HEAL_|NO_PROXY$|HTTPS?_PROXY$)/i;

const COUNTS = /^(?:ok|FAILED) \| (\d+) passed.*? \| (\d+) failed(?: \| (\d+) ignored)?/m;

async function main(): Promise<number> {
  await freshBinary();
  const wanted = Deno.args.length > 0 ? Deno.args : ["src", "tests", "scripts"];
  const env = Object.fromEntries(Object.entries(Deno.env.toObject()).filter(([name]) => !FOREIGN.test(name)));
  const child = new Deno.Command(Deno.execPath(), {
    // Types are checked by `deno task check`; here they would be checked once more for every group.
    args: ["test", "-A", "--no-check", "--parallel", ...wanted],
    cwd: ROOT,
    env: { ...env, NO_COLOR: "1" },
    clearEnv: true,
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let said = "";
  const decoder = new TextDecoder();
  for await (const bytes of child.stdout) {
    await Deno.stdout.write(bytes);
    said = (said + decoder.decode(bytes, { stream: true })).slice(-20_000);
  }
  const { code } = await child.status;
  const counts = COUNTS.exec(said);
  if (counts === null) {
    console.log("the test runner ended without counts");
    return code || 1;
  }
  const [, passed, failed, skipped] = counts;
  console.log(`${passed} passed, ${failed} failed${skipped === undefined ? "" : `, ${skipped} skipped`}`);
  return code;
}

Deno.exit(await main());
