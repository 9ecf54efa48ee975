// A program with the sandbox of sso-heal around it and nothing but attempts to get out of it; prints what became of them.
import { startAwsWorker } from "../../../src/sandbox/aws_worker.ts";
import { enter } from "../../../src/sandbox/enter.ts";
import { startNotifyWorker, startRunWorker } from "../../../src/sandbox/notify_worker.ts";
import { grantsOf } from "../../../src/sandbox/permissions.ts";
import { revoke } from "../../../src/sandbox/revoke.ts";
import { type Aims, ATTEMPTS, type Group } from "./attempts.ts";
import { type Outcome, tryAll } from "./outcome.ts";

/** What became of every attempt, by where it was made. */
export interface Findings {
  readonly compiled: readonly Outcome[];
  readonly entered: readonly Outcome[];
  readonly connected?: readonly Outcome[];
  readonly worker?: readonly Outcome[];
  readonly notify?: readonly Outcome[];
  readonly run?: readonly Outcome[];
}

const EVERYTHING = Object.keys(ATTEMPTS) as Group[];

const [command, text] = Deno.args;
const aims: Aims = { ...JSON.parse(text), worker: new URL("./aws_worker.js", import.meta.url).href };
const compiled = await tryAll(["readHome", "elsewhere"], aims);
const entry = await enter([command]);
if ("exitCode" in entry) Deno.exit(entry.exitCode);
let findings: Findings = { compiled, entered: [] };
if (grantsOf(command).net === "worker") {
  // The network, and the right to start programs, are there for the workers until all have started.
  const { run } = grantsOf(command);
  const programs = run === "channels" || run === "browser";
  const still = programs ? ["network", "toAws", "powers", "escape"] : ["network", "toAws"];
  const entered = await tryAll(EVERYTHING.filter((group) => !still.includes(group)), aims);
  // In the order of src/cli/connection.ts.
  const started = {
    notify: startNotifyWorker([aims.allowed]),
    run: programs ? startRunWorker("/bin/echo") : undefined,
  };
  revoke("run");
  const worker = startAwsWorker([aims.allowed]);
  revoke("net");
  const connected = await tryAll(EVERYTHING, aims);
  findings = {
    compiled,
    entered,
    connected,
    worker: await tryInside(worker),
    notify: await tryInside(started.notify),
    ...started.run && { run: await tryInside(started.run) },
  };
} else {
  findings = { compiled, entered: await tryAll(EVERYTHING, aims) };
}
function tryInside(worker: Worker): Promise<readonly Outcome[]> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(aims);
  });
}

console.log(JSON.stringify(findings));
Deno.exit(0);
