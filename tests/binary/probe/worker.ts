// Stands in for the AWS worker: what could the real one do if one of its dependencies were bad?
import { type Aims, ATTEMPTS, type Group } from "./attempts.ts";
import { tryAll } from "./outcome.ts";

/** Everything there is. */
const GROUPS = Object.keys(ATTEMPTS) as Group[];

self.onmessage = async ({ data }: MessageEvent<Aims & { readonly nested?: true }>) => {
  const outcomes = await tryAll(GROUPS, data);
  const nested = data.nested ? [] : await inNested(data);
  self.postMessage({ outcomes, nested });
};

/** A worker of the worker inherits its confinement. */
function inNested(aims: Aims): Promise<unknown> {
  const worker = new Worker(aims.worker, { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data.outcomes);
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage({ ...aims, nested: true });
  });
}
