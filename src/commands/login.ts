// `login`: a person signs in, on any device.
import { EXIT, type ExitCode } from "../domain/problem.ts";
import type { BrowserPrompt, LoginPrompt } from "../domain/report.ts";
import { login as logIn } from "../heal/login.ts";
import { formatBrowserPrompt, formatLoginPrompt, formatLogins, linkJson, loginsJson } from "../render/login.ts";
import { screenOf } from "../render/screen.ts";
import type { System } from "../system/system.ts";
import { defineCommand } from "./command.ts";
import { choiceOf, JSON_OUTPUT, SELECTION, wrongUsage } from "./options.ts";

export const login = defineCommand({
  options: {
    ...SELECTION,
    "if-needed": { kind: "flag", help: "leave a session that is healthy as it is" },
    flow: {
      kind: "choice",
      choices: ["device", "browser"],
      help: "a code for any device (the default), or the browser of this machine",
    },
    "no-wait": { kind: "flag", help: "show the link and return; the next check or login goes on with it" },
    qr: { kind: "flag", help: "draw the link as a QR code too, for a phone" },
    ...JSON_OUTPUT,
    quiet: { kind: "flag", short: "q", help: "print only the link, the code and what failed" },
  },
  details:
    "The link can be opened on any device: allow it there, and this machine has its token. With --json the link " +
    "goes to standard error, and standard output has nothing but the result.",
  examples: [
    { line: "sso-heal login", does: "signs in to the only session there is" },
    { line: "sso-heal login --session prod --qr", does: "signs in to prod with a phone" },
    { line: "sso-heal login --if-needed", does: "asks for nothing as long as the session works" },
  ],

  async run(context, given) {
    const { system } = context;
    // Drawn beforehand is impossible (the link is not known), and showing cannot wait: so only the drawing is loaded.
    const drawQr = given.qr ? (await import("../render/qr.ts")).drawQr : undefined;
    const show = (prompt: LoginPrompt | BrowserPrompt) =>
      showPrompt(system, prompt, { aside: given.json, waits: !given["no-wait"], drawQr });
    if (given.flow === "browser" && given["no-wait"]) {
      throw wrongUsage("Options --flow browser and --no-wait exclude each other", ["leave out one of them"]);
    }
    const reports = await logIn(context, {
      choice: choiceOf(given),
      ifNeeded: given["if-needed"],
      flow: given.flow ?? "device",
      wait: !given["no-wait"],
      show,
    });
    const shown = given.quiet ? reports.filter(({ result }) => result === "failed") : reports;
    const [only] = reports;
    const text = !given.json
      ? formatLogins(shown, screenOf(system))
      : reports.length === 1 && only.result === "started"
      ? linkJson(only)
      : loginsJson(reports);
    if (text !== "") system.terminal.out(text);
    return worstCode(reports.map(({ exitCode }) => exitCode));
  },
});

type DrawQr = typeof import("../render/qr.ts").drawQr;

function showPrompt(
  { terminal, ...system }: System,
  prompt: LoginPrompt | BrowserPrompt,
  { aside, waits, drawQr }: { aside: boolean; waits: boolean; drawQr?: DrawQr },
): void {
  const onStderr = { ...terminal, columns: terminal.columns, outIsTerminal: terminal.errIsTerminal };
  const screen = screenOf({ ...system, terminal: aside ? onStderr : terminal });
  const text = "url" in prompt
    ? formatBrowserPrompt(prompt, screen)
    : formatLoginPrompt(prompt, screen, drawQr?.(prompt.verificationUriComplete, screen), waits);
  if (aside) terminal.err(text);
  else terminal.out(text);
}

/** From the least to the worst, as `domain/outcome.ts` orders outcomes. */
const CODES: readonly ExitCode[] = [EXIT.ok, EXIT.temporary, EXIT.login, EXIT.failed, EXIT.usage];

/** The exit code of several logins. */
export function worstCode(codes: readonly ExitCode[]): ExitCode {
  return CODES[Math.max(0, ...codes.map((code) => CODES.indexOf(code)))];
}
