// Any program of the user: it gets the message as JSON, the same as a webhook.
import { jsonBody } from "./json_body.ts";
import type { Delivery, SettingsOf } from "./protocol.ts";
import type { Job } from "./run_worker.ts";

/** The message goes to standard input: arguments can be seen by every user of the machine. */
export function commandJob({ run: [path, ...args] }: SettingsOf<"command">, { message }: Delivery): Job {
  return { path, args, stdin: jsonBody(message) };
}
