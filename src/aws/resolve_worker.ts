// Runs inside a confined worker: finds out where a company's own start URL leads.
//
// Its only permission is that host (`net: ["HOST:PORT"]`): it could not follow the redirect, and does not try.
/// <reference lib="deno.worker" />
import "../sandbox/lock_down.ts";
import { UserError } from "../domain/problem.ts";
import { failureOf } from "./failure_of.ts";
import { type GetHead, resolveStartUrl } from "./start_url.ts";
import type { ResolveAnswer, ResolveMessage } from "./start_url_client.ts";

const TIMEOUT_MS = 10_000;

async function answer({ startUrl, caCerts }: ResolveMessage): Promise<ResolveAnswer> {
  const headers: Record<string, string> = {};
  const seen = { headers, body: "", timedOut: false };
  try {
    const client = caCerts.length > 0 ? Deno.createHttpClient({ caCerts: [...caCerts] }) : undefined;
    const get: GetHead = async (method, url) => {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const init = { method, redirect: "manual", signal, client } as const;
      const response = await fetch(url, init);
      await response.body?.cancel();
      return { status: response.status, location: response.headers.get("location") ?? undefined };
    };
    return { resolved: await resolveStartUrl(startUrl, get) };
  } catch (error) {
    if (error instanceof UserError) {
      const { message, hints, exitCode } = error;
      return { refusal: { message, hints, exitCode } };
    }
    const timedOut = error instanceof DOMException && error.name === "TimeoutError";
    return { failure: failureOf(error, { ...seen, timedOut }) };
  }
}

self.onmessage = async ({ data }: MessageEvent<ResolveMessage>) => self.postMessage(await answer(data));
