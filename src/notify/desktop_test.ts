// Proves what the programs of the desktop get.
import assert from "node:assert/strict";
import type { AlertMessage } from "../domain/alert_message.ts";
import { desktopJob } from "./desktop.ts";
import { EVENTS, HEALED, HOSTILE, LINK, LOGIN_NEEDED } from "./samples_test.ts";

const BODY = [
  LINK,
  "Why: AWS has ended the session",
  "Code: ABCD-EFGH",
  'To be sure: "sso-heal status" on buildhost shows the same code. If it does not, do not open the link.',
  "The link works for 10 min, until 10:10 UTC.",
  "For a new link, on buildhost: sso-heal login --session my-sso",
].join("\n");
const TITLE = "🔑 my-sso on buildhost: tap to sign in (code ABCD-EFGH)";

function notifySend(message: AlertMessage, silent?: boolean): readonly string[] {
  const settings = { type: "desktop", path: "/usr/bin/notify-send" } as const;
  return desktopJob(settings, { id: "d-1", message, silent }).args;
}

Deno.test("desktopJob() calls notify-send with the link in the body", () => {
  const args = ["--app-name=sso-heal", "--urgency=critical", "--", TITLE, BODY];
  assert.deepEqual(notifySend(LOGIN_NEEDED), args);
});

Deno.test("desktopJob() is as urgent as the event", () => {
  assert.deepEqual([notifySend(HEALED)[1], notifySend(LOGIN_NEEDED, true)[1]], ["--urgency=normal", "--urgency=low"]);
});

for (const [name, message] of EVENTS) {
  Deno.test(`desktopJob() leaves no mark-up in the body of ${name}`, () => {
    assert.doesNotMatch(notifySend(message)[4], /[<>]|&(?!amp;|lt;|gt;)/);
  });
}

Deno.test("desktopJob() gives osascript the text as arguments of a script that is always the same", () => {
  const script = (message: AlertMessage) => {
    const { path, args, stdin } = desktopJob({ type: "desktop", path: "/usr/bin/osascript" }, { id: "d-1", message });
    assert.deepEqual([path, stdin, args.length], ["/usr/bin/osascript", undefined, 8]);
    return [args.slice(0, 6), args.slice(6)];
  };
  const [fixed, text] = script(LOGIN_NEEDED);
  assert.deepEqual(text, [TITLE, BODY]);
  assert.deepEqual(fixed, script(HOSTILE)[0]);
  assert.deepEqual(fixed, [
    "-e",
    "on run argv",
    "-e",
    "display notification (item 2 of argv) with title (item 1 of argv)",
    "-e",
    "end run",
  ]);
});
