// A notification on the desktop of the machine itself: notify-send on Linux, osascript on macOS.
//
// Both take their text as arguments only, which other users of the machine can see for a moment. It holds the link and
// the code, but no secret of ours: the link gives nothing to who cannot sign in.
import { lineText, type Words, wordsOf } from "./message.ts";
import type { Delivery, SettingsOf } from "./protocol.ts";
import type { Job } from "./run_worker.ts";

/** Notifications are small: the first lines are the important ones. */
const MOST_LINES = 5;

/** Fixed: the text comes as arguments, so that no text can become a part of the script. */
const SCRIPT = ["on run argv", "display notification (item 2 of argv) with title (item 1 of argv)", "end run"];

export function desktopJob({ path }: SettingsOf<"desktop">, delivery: Delivery): Job {
  const words = wordsOf(delivery.message);
  const args = path.endsWith("/osascript") ? osascriptArgs(words) : notifySendArgs(words, delivery);
  return { path, args };
}

function osascriptArgs(words: Words): string[] {
  return [...SCRIPT.flatMap((line) => ["-e", line]), words.title, bodyOf(words)];
}

/** The body may have mark-up, the title not: https://specifications.freedesktop.org/notification-spec/latest/markup.html */
function notifySendArgs(words: Words, delivery: Delivery): string[] {
  const body = bodyOf(words).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return ["--app-name=sso-heal", `--urgency=${urgencyOf(delivery)}`, "--", words.title, body];
}

/** A critical one stays until somebody closes it. */
function urgencyOf({ message: { event }, silent }: Delivery): "low" | "normal" | "critical" {
  if (silent) return "low";
  return event === "login-needed" || event === "broken" ? "critical" : "normal";
}

function bodyOf({ link, lines }: Words): string {
  return [...(link === undefined ? [] : [link]), ...lines.slice(0, MOST_LINES).map(lineText)].join("\n");
}
