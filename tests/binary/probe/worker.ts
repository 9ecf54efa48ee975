// Stands in for the AWS worker: what could the real one do if one of its dependencies were bad?
/// <reference lib="deno.worker" />
import "../../../src/sandbox/lock_down.ts";
import { type Aims, ATTEMPTS, type Group } from "./attempts.ts";
import { tryAll } from "./outcome.ts";

self.onmessage = async ({ data }: MessageEvent<Aims>) => {
  self.postMessage(await tryAll(Object.keys(ATTEMPTS) as Group[], data));
};
