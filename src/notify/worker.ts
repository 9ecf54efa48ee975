// Runs inside the confined worker that sends messages: it has the hosts of the channels and nothing else, no files.
/// <reference lib="deno.worker" />
import "../sandbox/lock_down.ts";
import { answerOf } from "./answer.ts";
import { HttpError } from "./failure.ts";
import { httpOver } from "./http.ts";
import type { Http, NotifyCall, NotifySetup } from "./protocol.ts";

let http: Http = httpOver();
/** For mail, which does not go over HTTP. */
let caCerts: readonly string[] = [];

self.onmessage = async ({ data }: MessageEvent<NotifySetup | NotifyCall>) => {
  if ("id" in data) self.postMessage(await answerOf(data, http, caCerts));
  else http = setUp(data);
};

/** Certificates that cannot be used are the failure of every call, not the end of the worker. */
function setUp({ caCerts: given = [], timeoutMs }: NotifySetup): Http {
  caCerts = given;
  try {
    return httpOver(timeoutMs, given.length > 0 ? Deno.createHttpClient({ caCerts: [...given] }) : undefined);
  } catch {
    const unusable = new HttpError("TlsFailure", "the certificates of AWS_CA_BUNDLE cannot be used");
    return () => Promise.reject(unusable);
  }
}
