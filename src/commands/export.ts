// `export`: the credentials of one profile, for shells and other programs.
import { EXIT, UserError } from "../domain/problem.ts";
import { roleCredentials } from "../heal/role_credentials.ts";
import { EXPORT_FORMATS, formatCredentials } from "../render/credentials.ts";
import { defineCommand } from "./command.ts";
import { endingAtOnce } from "./export_stop.ts";
import { ONE_PROFILE, oneProfile } from "./one_profile.ts";

export const exportCredentials = defineCommand({
  options: {
    profile: ONE_PROFILE,
    format: {
      kind: "choice",
      choices: EXPORT_FORMATS,
      help: "how to write them (default: process, which is for credential_process)",
    },
  },
  details:
    "Standard output has the credentials and nothing else. Those that the AWS CLI has kept are taken if they last 15 " +
    "minutes or longer, else AWS is asked; a token that is due is refreshed first. Roles of role_arn and " +
    "source_profile are assumed on the way.",
  examples: [
    { line: "sso-heal export --profile dev", does: "answers as the credential_process of a profile in ~/.aws/config" },
    { line: "sso-heal export --profile dev --format env", does: 'prints what eval "$(…)" sets in this shell' },
    {
      line: "sso-heal export --profile dev --format github >> $GITHUB_ENV",
      does: "hands them to the next steps of a workflow",
    },
  ],

  async run(context, given) {
    const { terminal } = context.system;
    const name = oneProfile(given.profile, context.system);
    const { credentials, profile, region } = await roleCredentials(endingAtOnce(context), name);
    const { stdout, stderr } = formatCredentials(given.format ?? "process", credentials, { profile, region });
    if (stderr !== "") {
      terminal.err(stderr);
      if (await terminal.errIsLost?.()) throw unmasked();
    }
    terminal.out(stdout);
    return EXIT.ok;
  },
});

/** Nobody reads this there either, but the exit code. */
function unmasked(): UserError {
  return new UserError("Cannot hide the credentials from the log of the job: standard error is closed or thrown away", [
    "leave out 2>/dev/null: the runner reads from there what it is to hide",
  ]);
}
