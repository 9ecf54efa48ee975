// The message as JSON, for programs: the body of a webhook, and what a command reads. A contract, and only ever added to.
import type { AlertLink, AlertMessage } from "../domain/alert_message.ts";
import { formatInstant } from "../domain/instant.ts";
import { plainText, wordsOf } from "./message.ts";
import { safeLink } from "./safe_link.ts";

/** The names of thousands would be more than a receiver takes. */
const MOST_PROFILES = 100;

/**
 * One JSON object. What does not apply is absent; `text` is the message for people, without mark-up; the other fields
 * are exactly what they are named after, whatever characters these have. A link that must not be opened is left out.
 */
export function jsonBody(message: AlertMessage): string {
  const { event, host, user, session, startUrl, reason, incident, link, downtimeMs, profiles } = message;
  return JSON.stringify({
    version: 1,
    event,
    host,
    user,
    session,
    startUrl,
    reason,
    incident,
    text: plainText(wordsOf(message)),
    ...(link === undefined ? {} : linkFields(link)),
    downtimeSeconds: downtimeMs === undefined ? undefined : Math.floor(downtimeMs / 1000),
    profiles: profiles?.slice(0, MOST_PROFILES),
  });
}

function linkFields(link: AlertLink) {
  if (safeLink(link.verificationUriComplete) === undefined) return {};
  return {
    verificationUri: safeLink(link.verificationUri),
    verificationUriComplete: link.verificationUriComplete,
    userCode: link.userCode,
    expiresAt: formatInstant(link.expiresAt),
  };
}
