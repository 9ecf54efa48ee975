// The channels of the config, and what came of a test message.
import type { ChannelList, ListedChannel, TriedChannel } from "../domain/report.ts";
import { clean, hanging } from "./cells.ts";
import { faultJson, formatJson, JSON_VERSION } from "./json.ts";
import { formatProblems } from "./problems.ts";
import { paint, type Screen } from "./screen.ts";
import { formatMarked } from "./session_lines.ts";
import { type Cell, type Column, formatTable } from "./table.ts";
import { BAD, GOOD } from "./words.ts";

const COLUMNS: readonly Column[] = [
  { header: "CHANNEL", least: 12 },
  { header: "TYPE" },
  { header: "EVENTS", least: 10 },
  { header: "SESSIONS", least: 8 },
  { header: "FALLBACK" },
];

/** What the table takes at least. */
const TABLE_COLUMNS = 54;

/** A table (on a narrow screen a few lines each), then what is wrong. */
export function formatChannels(list: ChannelList, screen: Screen): string {
  const rows = list.channels.map(rowOf);
  const broken = list.channels.filter(({ failure }) => failure !== undefined);
  const blocks = [
    formatProblems(list, screen),
    rows.length === 0
      ? ["No channel: nobody is told when a person must sign in.", HOW]
      : screen.columns < TABLE_COLUMNS
      ? rows.flatMap((row) => folded(row, screen))
      : formatTable(COLUMNS, rows, screen),
    broken.flatMap(({ name, failure }) => formatMarked(BAD, `${clean(name)}: ${clean(failure ?? "")}`, "", screen)),
  ].filter((block) => block.length > 0);
  return blocks.map((block) => block.map((line) => `${line}\n`).join("")).join("\n");
}

function rowOf({ name, type, events, sessions, fallback, failure }: ListedChannel): Cell[] {
  return [
    { text: clean(name), colour: failure === undefined ? "bold" : "red" },
    { text: type },
    { text: clean(events?.join(", ") ?? "all") },
    { text: clean(sessions?.join(", ") ?? "all") },
    { text: fallback?.toString() ?? "" },
  ];
}

function folded([name, ...facts]: readonly Cell[], screen: Screen): string[] {
  return [
    ...hanging("", name.text, screen.columns).map((line) => paint(screen, name.colour, line)),
    ...facts.flatMap(({ text }, at) =>
      text === "" ? [] : hanging("  ", `${COLUMNS[at + 1].header.toLowerCase()}: ${text}`, screen.columns)
    ),
  ];
}

const HOW = "→ add a section [notify NAME] to ~/.config/sso-heal/config.ini";

/** One line a channel. */
export function formatTried(tried: readonly TriedChannel[], screen: Screen): string {
  return tried.flatMap(({ name, ok, error }) =>
    ok
      ? formatMarked(GOOD, `${clean(name)}: sent`, "", screen)
      : formatMarked(BAD, `${clean(name)}: ${clean(error ?? "not sent")}`, "", screen)
  ).map((line) => `${line}\n`).join("");
}

/** The JSON document of `notify list --json`. */
export function channelsJson({ channels, problems, warnings }: ChannelList): string {
  return formatJson({
    version: JSON_VERSION,
    channels,
    problems: problems.map(faultJson),
    warnings: warnings.map(faultJson),
  });
}

/** The JSON document of `notify test --json`. */
export function triedJson(tried: readonly TriedChannel[]): string {
  return formatJson({ version: JSON_VERSION, channels: tried });
}
