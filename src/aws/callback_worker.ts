// Runs inside a confined worker: waits on this machine for the browser of a person who signs in, or sends it on.
//
// Its only permission is to listen on 127.0.0.1 (`net: ["127.0.0.1:0"]`): it cannot call anybody.
/// <reference lib="deno.worker" />
import "../sandbox/lock_down.ts";
import type { ListenerMessage, ListenMessage } from "./browser_login_answer.ts";
import { answerBrowser, nothingHere, type PageAnswer } from "./browser_login_page.ts";
import { sendOn, WATCH_MS } from "./sign_in_redirect.ts";

/** For a browser that keeps a connection open and says nothing. */
const PARTING_MS = 1_000;

function say(message: ListenerMessage): void {
  self.postMessage(message);
}

function listen({ timeoutMs, ...awaited }: ListenMessage): void {
  let over = false;
  let isGone = false;
  /** The page is on its way to the browser before the main program hears of it, and ends this worker. */
  const end = async (last: ListenerMessage) => {
    if (over) return;
    over = true;
    await Promise.race([server.shutdown(), new Promise((resolve) => setTimeout(resolve, PARTING_MS))]);
    say(last);
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request): Response => {
    // One that is asked for before the server has ended.
    if (over) return nothingHere();
    const { port }: Deno.NetAddr = server.addr;
    const { response, came }: PageAnswer = "state" in awaited
      ? answerBrowser(request, port, awaited.state)
      : sendOn(request, port, awaited.path, awaited.link, isGone);
    if (came === undefined) return response;
    clearTimeout(timer);
    if ("query" in came || isGone) end(came);
    else setTimeout(() => end(came), WATCH_MS);
    isGone = true;
    return response;
  });
  const timer = setTimeout(() => end({ timedOut: true }), timeoutMs);
  say({ port: server.addr.port });
}

self.onmessage = ({ data }: MessageEvent<ListenMessage>) => {
  try {
    listen(data);
  } catch (error) {
    say({ failed: error instanceof Error ? error.message : String(error) });
  }
};
