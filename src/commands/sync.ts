// `sync`: credentials of SSO profiles for programs that read nothing but the credentials file.
import { exitCodeOf } from "../domain/outcome.ts";
import { sync as syncNow, type SyncOptions } from "../heal/sync.ts";
import { formatJson, JSON_VERSION, syncJson } from "../render/json.ts";
import { formatProblems } from "../render/problems.ts";
import { screenOf } from "../render/screen.ts";
import { formatSync } from "../render/sync.ts";
import { type CommandContext, defineCommand } from "./command.ts";
import { only } from "./job_options.ts";
import { JSON_OUTPUT } from "./options.ts";
import { progressLine } from "./sync_progress.ts";

export const sync = defineCommand({
  options: {
    profile: {
      kind: "list",
      short: "p",
      value: "NAME",
      help: "write the credentials of this profile; repeatable, * and ? match any text (default: what the [sync] " +
        "sections say, else AWS_PROFILE, else default)",
    },
    output: {
      kind: "list",
      short: "o",
      value: "NAME",
      help: "into this profile of the credentials file; * stands for the name of the profile (default: *-legacy-sso)",
    },
    credentials: {
      kind: "list",
      short: "c",
      value: "FILE",
      help: "the credentials file (default: AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/credentials)",
    },
    force: { kind: "flag", help: "take over a profile of that name that was made by hand" },
    "dry-run": { kind: "flag", help: "show what would change, without the secrets; ask nobody, write nothing" },
    ...JSON_OUTPUT,
  },
  details:
    "For programs that know neither SSO nor credential_process. Everything else in the file stays as it is, and " +
    "before the first change a copy is put beside it. Keys that still last about half an hour are left alone. They " +
    "end after an hour or so: a [sync NAME] section in ~/.config/sso-heal/config.ini lets every check renew them.",
  examples: [
    { line: "sso-heal sync --profile dev", does: "writes the profile dev-legacy-sso" },
    { line: "sso-heal sync -p 'team-*' -o 'old-*'", does: "writes old-team-a, old-team-b and so on" },
    { line: "sso-heal sync -p dev --dry-run", does: "shows what would change" },
  ],

  async run(context, given) {
    const { system } = context;
    const { quiet, json } = given;
    const options: SyncOptions = {
      profiles: given.profile,
      to: only("output", given.output),
      file: only("credentials", given.credentials),
      force: given.force,
    };
    if (given["dry-run"]) return await preview(context, options, given);
    const screen = screenOf(system);
    const line = quiet || json ? undefined : progressLine(system);
    const { outcome, sync, problems, stopped } = await syncNow(context, {
      ...options,
      onProgress: line && ((progress) => line.draw(progress)),
    }).finally(() => line?.clear());
    const text = json
      ? formatJson({ version: JSON_VERSION, outcome, sync: sync.map(syncJson) })
      : textOf([...formatProblems({ problems, warnings: [] }, screen), ...formatSync(sync, screen, !quiet)]);
    if (text !== "") system.terminal.out(text);
    if (stopped !== undefined) throw stopped;
    return exitCodeOf(outcome);
  },
});

async function preview(
  { system }: CommandContext,
  options: SyncOptions,
  { json, quiet }: { readonly json: boolean; readonly quiet: boolean },
): Promise<number> {
  const { previewSync } = await import("../heal/sync_preview.ts");
  const { maskedDiff } = await import("../render/credentials_diff.ts");
  const { outcome, sync, problems, files } = await previewSync(system, options);
  const screen = screenOf(system);
  const failed = sync.filter(({ error }) => error !== undefined);
  const diff = files.map(({ before, after, path }) => maskedDiff(before, after, path)).join("");
  const text = json
    ? formatJson({ version: JSON_VERSION, outcome, dryRun: true, sync: sync.map(syncJson) })
    : diff + textOf([
      ...formatProblems({ problems, warnings: [] }, screen),
      ...formatSync(failed, screen),
      ...diff === "" && failed.length === 0 && !quiet ? ["Nothing would change."] : [],
    ]);
  if (text !== "") system.terminal.out(text);
  return exitCodeOf(outcome);
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}
