// What an alert says: every word of it, once for all channels. Pure; mark-up is the channels' part.
import type { AlertEvent, AlertMessage, AlertProfile } from "../domain/alert_message.ts";
import { formatDuration } from "../domain/duration.ts";
import { formatInstant } from "../domain/instant.ts";
import { sessionOption } from "../domain/shell_word.ts";
import { oneLine } from "./foreign_words.ts";
import { safeLink } from "./safe_link.ts";

/** A label with its value, or a sentence. One line each, without mark-up. */
export interface Line {
  readonly label?: string;
  readonly text: string;
}

export interface Words {
  /** Says it all: a locked phone shows no more. */
  readonly title: string;
  /** To be opened, verbatim; absent when there is none that works and may be shown. Stands right below the title. */
  readonly link?: string;
  /** The rest, the most important first. */
  readonly lines: readonly Line[];
}

const SIGNS: Record<AlertEvent, string> = {
  "login-needed": "🔑",
  "login-soon": "⏳",
  failing: "⚠️",
  healed: "✅",
  broken: "❌",
  test: "🔔",
};

const EXPECTED_BECAUSE = {
  "learned-session-length": "the last sign-ins lasted that long",
  "registration-end": "the client registration ends then",
} as const;

// Most characters of foreign words: a usual message stays whole in every channel, and the title on a locked phone.
const MINUTE_MS = 60_000;
const TITLE_NAME = 40;
const NAME = 100;
const ADDRESS = 200;
const REASON = 300;
const CODE = 40;
const MOST_PROFILES = 10;

/** The words of one message. */
export function wordsOf(message: AlertMessage): Words {
  const link = message.link && message.link.expiresAt > message.now
    ? safeLink(message.link.verificationUriComplete)
    : undefined;
  return {
    title: `${SIGNS[message.event]} ${titleOf(message, link !== undefined)}`,
    link,
    lines: [
      ...fact("Why", message.reason, REASON),
      ...linkLines(message, link !== undefined),
      ...nextSteps(message),
      ...times(message),
      ...approval(message),
      ...fact("Session", message.session, NAME),
      ...fact("Start URL", message.startUrl, ADDRESS),
      ...fact("Host", message.host, NAME),
      ...fact("User", message.user, NAME),
      ...(message.reminder ? [{ label: "Reminder", text: `${message.reminder}` }] : []),
      ...profileLines(message),
    ],
  };
}

/** The whole message for channels without mark-up: the title, the link on a line of its own, the lines. */
export function plainText({ title, link, lines }: Words): string {
  return [title, ...(link === undefined ? [] : [link]), ...lines.map(lineText)].join("\n");
}

/** "Label: text", or the sentence. */
export function lineText({ label, text }: Line): string {
  return label === undefined ? text : `${label}: ${text}`;
}

function titleOf(message: AlertMessage, hasLink: boolean): string {
  const host = oneLine(message.host, TITLE_NAME);
  const where = message.session === undefined ? host : `${oneLine(message.session, TITLE_NAME)} on ${host}`;
  return `${where}: ${whatHappened(message, hasLink)}`;
}

function whatHappened(message: AlertMessage, hasLink: boolean): string {
  const { now, since, expectedEnd, downtimeMs, reminder = 0 } = message;
  const code = hasLink ? `(code ${oneLine(message.link?.userCode ?? "", CODE)})` : "";
  switch (message.event) {
    case "login-needed": {
      const waiting = reminder > 0 ? "still waiting, " : "";
      return hasLink ? `${waiting}tap to sign in ${code}` : `${waiting}sign-in needed`;
    }
    case "login-soon": {
      const at = expectedEnd?.at ?? now;
      const end = at <= now ? "soon" : `in about ${formatDuration(at - now)}`;
      return `sign-in ends ${end}${hasLink ? `, tap to renew it early ${code}` : ""}`;
    }
    case "failing":
      return `renewal fails${since === undefined ? "" : `, for ${formatDuration(now - since)} now`}`;
    case "healed":
      return `works again${downtimeMs ? ` after ${formatDuration(nearest(downtimeMs))}` : ""}`;
    case "broken":
      return "needs a repair";
    case "test":
      return "a test message from sso-heal";
  }
}

function linkLines(message: AlertMessage, hasLink: boolean): Line[] {
  const { event, link, now } = message;
  if (link === undefined && event !== "login-needed" && event !== "login-soon") return [];
  const host = oneLine(message.host, NAME);
  const another = { label: `For a new link, on ${host}`, text: command("login", message.session) };
  if (link === undefined) return [{ text: "There is no open link now." }, another];
  if (link.expiresAt <= now) return [{ text: `The link worked until ${moment(link.expiresAt, now)}.` }, another];
  if (!hasLink) return [{ text: "The link is not shown: it is not a safe https address." }, another];
  return [
    { label: "Code", text: oneLine(link.userCode, CODE) },
    {
      text: `To be sure: "sso-heal status" on ${host} shows the same code. If it does not, do not open the link.`,
    },
    { text: `The link works for ${formatDuration(link.expiresAt - now)}, until ${moment(link.expiresAt, now)}.` },
    another,
  ];
}

function nextSteps({ event, host, session }: AlertMessage): Line[] {
  const status = { label: `To see more, on ${oneLine(host, NAME)}`, text: command("status", session) };
  if (event === "failing") return [{ text: "Nobody has to sign in. sso-heal goes on trying." }, status];
  if (event === "broken") return [{ text: "Only a person can repair this." }, status];
  return event === "test" ? [{ text: "Alerts reach you here." }] : [];
}

/** Fit for pasting. A name too long for a message is left out: the command says what there is to choose from. */
function command(verb: "login" | "logout" | "status", session: string | undefined): string {
  const chosen = session === undefined || session.length > ADDRESS ? "" : ` ${sessionOption(session)}`;
  return `sso-heal ${verb}${chosen}`;
}

function times({ event, now, since, worksUntil, expectedEnd, downtimeMs }: AlertMessage): Line[] {
  const lines: Line[] = [];
  if (worksUntil !== undefined) {
    const at = moment(worksUntil, now);
    const text = worksUntil > now
      ? `The session works until ${at}, for another ${formatDuration(worksUntil - now)}.`
      : `The session has not worked since ${at}, for ${formatDuration(now - worksUntil)}.`;
    lines.push({ text });
  }
  if (expectedEnd !== undefined) {
    const left = expectedEnd.at > now ? ` (in ${formatDuration(expectedEnd.at - now)})` : "";
    const text = `${moment(expectedEnd.at, now)}${left}: ${EXPECTED_BECAUSE[expectedEnd.because]}`;
    lines.push({ label: "Expected end", text });
  }
  if (since !== undefined) lines.push({ label: "Since", text: moment(since, now) });
  if (event === "healed" && downtimeMs !== undefined) {
    lines.push({ label: "Downtime", text: downtimeMs > 0 ? formatDuration(nearest(downtimeMs)) : "none" });
  }
  return lines;
}

/** To the nearest minute: what is over is not rounded down as time left is. */
function nearest(ms: number): number {
  return ms < MINUTE_MS ? ms : Math.round(ms / MINUTE_MS) * MINUTE_MS;
}

function approval({ approvedBy, session, host }: AlertMessage): Line[] {
  if (approvedBy === undefined) return [];
  return [
    { label: "Approved by", text: `${oneLine(approvedBy.now, NAME)} (before: ${oneLine(approvedBy.before, NAME)})` },
    { label: `If that is wrong, on ${oneLine(host, NAME)}`, text: command("logout", session) },
  ];
}

function profileLines({ event, profiles = [] }: AlertMessage): Line[] {
  if (event !== "healed") return profilesAs("Profiles", profiles);
  return [
    ...profilesAs("Works again", profiles.filter(({ ok }) => ok !== false)),
    ...profilesAs("Still fails", profiles.filter(({ ok }) => ok === false)),
  ];
}

function profilesAs(label: string, profiles: readonly AlertProfile[]): Line[] {
  if (profiles.length === 0) return [];
  const shown = profiles.slice(0, MOST_PROFILES).map(({ name, accountId, roleName }) => {
    const scope = [accountId, roleName].filter((word) => word !== undefined).join(" ");
    return scope === "" ? oneLine(name, NAME) : `${oneLine(name, NAME)} (${oneLine(scope, NAME)})`;
  });
  const more = profiles.length - shown.length;
  return [{ label, text: shown.join(", ") + (more > 0 ? `, and ${more} more` : "") }];
}

function fact(label: string, text: string | undefined, most: number): Line[] {
  return text === undefined ? [] : [{ label, text: oneLine(text, most) }];
}

/** "10:12 UTC", with the day when it is another one than today. */
function moment(at: number, now: number): string {
  const text = formatInstant(at);
  if (text === undefined) return "a time that no calendar shows";
  const [day, time] = [text.slice(0, 10), text.slice(11, 16)];
  return day === formatInstant(now)?.slice(0, 10) ? `${time} UTC` : `${day} ${time} UTC`;
}
