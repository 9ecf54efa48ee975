// The lines of docs/recipes.md as a reader would type them, so that the page cannot say what does not work.
import { BINARY, type Ended } from "./home.ts";

/** One fenced block of the page. */
export interface Block {
  /** Heading above it, as written. */
  readonly heading: string;
  readonly language: string;
  readonly text: string;
}

const PAGE = new URL("../../../docs/recipes.md", import.meta.url);

/** All blocks in the order of the page. */
export function blocks(): Block[] {
  const page = Deno.readTextFileSync(PAGE);
  return [...page.matchAll(/^#+ (.*)$|^```(\w+)\n([^]*?)^```$/gm)].reduce<{ heading: string; found: Block[] }>(
    ({ heading, found }, [, title, language, text]) =>
      title === undefined ? { heading, found: [...found, { heading, language, text }] } : { heading: title, found },
    { heading: "", found: [] },
  ).found;
}

/** The text of one block. Throws when the page has no such block. */
export function block(heading: string, language: string, nth = 0): string {
  const found = blocks().filter((one) => one.heading === heading && one.language === language)[nth];
  if (found === undefined) throw new Error(`docs/recipes.md has no ${language} block ${nth} below "${heading}"`);
  return found.text;
}

/** A home in which lines are run, and the whole environment of a program there. */
export interface Reader {
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Where the page has the program: `/home/ci/.local/bin`; the reader's home stands for `/home/ci`. */
const BIN = ".local/bin";

/**
 * Puts the program under test there, and programs that stand in for others, each by its script. Gives the environment
 * with that folder in PATH.
 */
export function installPrograms(
  { home, env }: Reader,
  scripts: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const bin = `${home}/${BIN}`;
  Deno.mkdirSync(bin, { recursive: true });
  Deno.symlinkSync(BINARY, `${bin}/sso-heal`);
  for (const [name, script] of Object.entries(scripts)) {
    Deno.writeTextFileSync(`${bin}/${name}`, script, { mode: 0o755 });
  }
  return { ...env, PATH: `${bin}:/usr/bin:/bin` };
}

/** What of the page is the reader's own. */
export function own(text: string, home: string): string {
  return text.replaceAll("/home/ci/", `${home}/`);
}

/** Adds a block to a file of the reader, with a blank line before it. */
export function append(path: string, text: string): void {
  Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  Deno.writeTextFileSync(path, `\n${text}`, { append: true, mode: 0o600 });
}

/** Runs lines of a shell. `shell` is a program with the options before the script. */
export async function runLines(
  { home, env }: Reader,
  lines: string,
  shell: readonly string[] = ["/bin/sh", "-c"],
): Promise<Ended> {
  const [program, ...options] = shell;
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...options, lines],
    cwd: home,
    clearEnv: true,
    env: { ...env },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}
