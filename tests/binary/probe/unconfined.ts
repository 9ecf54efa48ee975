// The same attempts without a sandbox, each with everything in place: a row that fails here as well proves nothing.
import { type Aims, ATTEMPTS, type Group } from "./attempts.ts";
import { type Outcome, tryOne } from "./outcome.ts";

const aims: Aims = { ...JSON.parse(Deno.args[0]), worker: new URL("./worker.ts", import.meta.url).href };

async function putInPlace(): Promise<void> {
  await Deno.remove(aims.home, { recursive: true });
  for (const folder of [".aws/sso/cache", ".local/state/sso-heal", ".ssh"]) {
    await Deno.mkdir(`${aims.home}/${folder}`, { recursive: true });
  }
  for (const file of ["token.json", "victim.json"]) {
    await Deno.writeTextFile(`${aims.home}/.aws/sso/cache/${file}`, "{}");
  }
  await Deno.writeTextFile(`${aims.home}/.aws/config`, "");
  await Deno.writeTextFile(aims.outside, "");
  Deno.chdir(aims.home);
}

const outcomes: Outcome[] = [];
for (const group of Object.keys(ATTEMPTS) as Group[]) {
  for (const row of ATTEMPTS[group]) {
    await putInPlace();
    outcomes.push({ group, name: row.name, became: await tryOne(row, aims) });
  }
}
console.log(JSON.stringify(outcomes));
Deno.exit(0);
