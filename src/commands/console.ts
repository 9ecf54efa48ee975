// `console`: the link that signs a person in to the AWS web console.
import { EXIT } from "../domain/problem.ts";
import { signInToConsole } from "../heal/console.ts";
import type { Waiting } from "../heal/console_browser.ts";
import { consoleJson, formatConsole, formatWaiting } from "../heal/console_text.ts";
import { defineCommand } from "./command.ts";
import { only } from "./job_options.ts";
import { ONE_PROFILE, oneProfile } from "./one_profile.ts";
import { JSON_OUTPUT } from "./options.ts";

export const console = defineCommand({
  options: {
    profile: ONE_PROFILE,
    service: { kind: "list", value: "NAME", help: "the page to land on: a service such as s3 or ec2" },
    region: {
      kind: "list",
      value: "REGION",
      help: "the region shown (default: AWS_REGION, AWS_DEFAULT_REGION, that of the profile, of the session)",
    },
    duration: {
      kind: "duration",
      value: "DURATION",
      help: "how long to stay signed in, from 15m to 12h (default: as long as the credentials, an hour at least)",
    },
    open: { kind: "flag", help: "open it in the browser of this machine instead of printing it" },
    ...JSON_OUTPUT,
    quiet: { kind: "flag", short: "q", help: "do not say how long it lasts" },
  },
  details:
    "Whoever has the link is signed in: it can be opened for 15 minutes, and is in no log and no list of processes. " +
    "With --open the browser is given a file that only this account can read; it leads to an address of this machine, " +
    "which leads to the link once. That keeps other accounts out, but neither root nor programs of your own. A browser " +
    "that may not read the file (snap, flatpak) shows an error: after 5 seconds the terminal shows the address. Where " +
    "no browser comes within a minute, the link is printed. A role that is assumed by another one stays signed in for " +
    "an hour at most.",
  examples: [
    { line: "sso-heal console --profile dev", does: "prints the link for the first page of the console" },
    { line: "sso-heal console --profile dev --service s3 --open", does: "opens S3 in the browser of this machine" },
    { line: "sso-heal console --duration 8h | pbcopy", does: "puts a link for a whole day of work on the clipboard" },
  ],

  async run(context, given) {
    const { terminal } = context.system;
    const browser = given.open
      ? (await import("../heal/console_browser.ts")).prepareBrowser(context.system)
      : undefined;
    context.forgoPrograms();
    const signIn = await signInToConsole(context, {
      profile: oneProfile(given.profile, context.system),
      service: only("service", given.service),
      region: only("region", given.region),
      durationMs: given.duration,
    });
    const tell = (waiting: Waiting) => terminal.err(formatWaiting(waiting));
    const opened = await browser?.open(signIn.link, terminal.errIsTerminal ? tell : undefined);
    const { out, err } = formatConsole(signIn, opened);
    const isAmiss = opened !== undefined && !(opened.ok && !opened.again);
    if (isAmiss || !(given.quiet || given.json)) terminal.err(err);
    const text = given.json ? consoleJson(signIn, opened) : out;
    if (text !== "") terminal.out(text);
    return EXIT.ok;
  },
});
