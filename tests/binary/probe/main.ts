// A program with the sandbox of sso-heal around it and nothing but attempts to get out of it; prints what became of them.
import { startAwsWorker } from "../../../src/sandbox/aws_worker.ts";
import { enter } from "../../../src/sandbox/enter.ts";
import { grantsOf } from "../../../src/sandbox/permissions.ts";
import { type Aims, ATTEMPTS, type Group } from "./attempts.ts";
import { type Outcome, tryAll } from "./outcome.ts";

/** What became of every attempt, by where it was made. */
export interface Findings {
  readonly compiled: readonly Outcome[];
  readonly entered: readonly Outcome[];
  readonly connected?: readonly Outcome[];
  readonly worker?: readonly Outcome[];
}

const EVERYTHING = Object.keys(ATTEMPTS) as Group[];

const [command, text] = Deno.args;
const aims: Aims = { ...JSON.parse(text), worker: new URL("./aws_worker.js", import.meta.url).href };
const compiled = await tryAll(["readHome", "elsewhere"], aims);
const entry = await enter([command]);
if ("exitCode" in entry) Deno.exit(entry.exitCode);
let findings: Findings = { compiled, entered: [] };
if (grantsOf(command).net === "worker") {
  // The network is dropped with the start of the worker, which is the next thing that needs it.
  const entered = await tryAll(EVERYTHING.filter((group) => group !== "network" && group !== "toAws"), aims);
  const worker = startAwsWorker([aims.allowed]);
  const connected = await tryAll(EVERYTHING, aims);
  const inside = await new Promise<readonly Outcome[]>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(aims);
  });
  findings = { compiled, entered, connected, worker: inside };
} else {
  findings = { compiled, entered: await tryAll(EVERYTHING, aims) };
}
console.log(JSON.stringify(findings));
Deno.exit(0);
