// Help texts, made from the declarations of the commands.
import { type Command, EVERYWHERE, type Option, type Options } from "../commands/command.ts";
import { type CommandRow, REGISTRY } from "../commands/registry.ts";
import { hanging, pad, width, wrap } from "../render/cells.ts";

/** Help is made for the narrowest usual terminal: it is pasted into tickets and chats. */
const COLUMNS = 80;

const EXIT_CODES = [
  ["0", "fine"],
  ["1", "failed, or something is broken"],
  ["2", "wrong usage"],
  ["4", "a person must sign in"],
  ["75", "temporary (offline, AWS unavailable, another run at work): try again later"],
] as const;

const TOP_EXAMPLES = [
  { line: "sso-heal login", does: "sign in once, with a link and a code" },
  { line: "sso-heal check", does: "refresh what is due; meant for a timer, every 10 minutes" },
  { line: "sso-heal status", does: "see how long every session will last" },
];

/** `sso-heal --help`. */
export function formatTopHelp(): string {
  return text([
    "sso-heal keeps AWS IAM Identity Center (SSO) sessions alive on machines where",
    "nobody sits.",
    "",
    "Usage: sso-heal COMMAND [options]",
    "",
    "Commands:",
    ...formatPairs([
      ...Object.entries(REGISTRY).map(([name, { summary }]) => [name, summary] as const),
      ["help", "Show this help, or that of a command: sso-heal help COMMAND"],
    ]),
    "",
    "Options:",
    ...formatPairs([["-h, --help", EVERYWHERE.help.help], ["--version", "show the version"]]),
    "",
    "Examples:",
    ...formatExamples(TOP_EXAMPLES),
    "",
    "Exit codes, the same for every command:",
    ...formatPairs(EXIT_CODES),
    "",
    "For the options of a command: sso-heal COMMAND --help",
  ]);
}

/** `sso-heal COMMAND --help`. */
export function formatCommandHelp(name: string, { summary }: CommandRow, command: Command): string {
  const everywhere = Object.entries(EVERYWHERE).filter(([option]) => !Object.hasOwn(command.options, option));
  return text([
    ...wrap(`${summary}.`, COLUMNS),
    "",
    `Usage: sso-heal ${name}${operands(command.options)}`,
    "",
    ...(command.details === undefined ? [] : [...wrap(command.details, COLUMNS), ""]),
    "Options:",
    ...formatOptions({ ...command.options, ...Object.fromEntries(everywhere) }),
    "",
    "Examples:",
    ...formatExamples(command.examples),
  ]);
}

function operands({ words }: Options): string {
  if (words?.kind !== "words") return " [options]";
  return words.behindDashes ? ` [options] -- ${words.value}` : ` ${words.value} [options]`;
}

function formatOptions(options: Options): string[] {
  return formatPairs(Object.entries(options).map(([name, option]) => [flags(name, option), explanation(option)]));
}

function flags(name: string, option: Option): string {
  const short = option.short === undefined ? "    " : `-${option.short}, `;
  if (option.kind === "words") return `    ${option.value}`;
  if (option.kind === "flag") return `${short}--${name}`;
  return `${short}--${name} ${option.kind === "choice" ? "WORD" : option.value}`;
}

function explanation(option: Option): string {
  if (option.kind === "duration" && option.fallback !== undefined) {
    return `${option.help} (default: ${option.fallback})`;
  }
  return option.kind === "choice" ? `${option.choices.join(", ")}: ${option.help}` : option.help;
}

function formatPairs(pairs: readonly (readonly [string, string])[]): string[] {
  const first = Math.max(...pairs.map(([left]) => width(left)));
  return pairs.flatMap(([left, right]) => hanging(`  ${pad(left, first)}  `, right, COLUMNS));
}

function formatExamples(examples: Command["examples"]): string[] {
  return examples.flatMap(({ line, does }) => [`  ${line}`, ...hanging("      ", does, COLUMNS)]);
}

function text(lines: readonly string[]): string {
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}
