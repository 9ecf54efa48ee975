// `exec`: runs a program with the credentials of one profile.
import { execute } from "../heal/exec.ts";
import { defineCommand } from "./command.ts";
import { ONE_PROFILE, oneProfile } from "./one_profile.ts";
import { wrongUsage } from "./options.ts";

export const exec = defineCommand({
  options: {
    profile: ONE_PROFILE,
    words: {
      kind: "words",
      value: "CMD [ARG…]",
      behindDashes: true,
      help: "the program to run and what it is given; it is looked for in PATH",
    },
  },
  details:
    "The program runs in the same directory and terminal, with the same environment, but for the variables of AWS: " +
    "those that would win over the credentials are taken out. Its exit code is passed on (128 + n for signal n; 127 when there is no such program, 126 when it cannot " +
    "be started), and each signal reaches it once. The credentials end after an hour or so and are not renewed in a program that runs: for such a one use " +
    "sso-heal export as the credential_process of a profile.",
  examples: [
    { line: "sso-heal exec --profile dev -- terraform plan", does: "runs terraform as dev" },
    { line: "sso-heal exec -- make deploy", does: "does so as AWS_PROFILE says, else as default" },
  ],

  run(context, given) {
    const [program, ...args] = given.words;
    if (program === undefined) {
      throw wrongUsage("There is no program to run", ["write: sso-heal exec --profile NAME -- CMD"]);
    }
    const level = given["log-level"];
    return execute(context, {
      profile: oneProfile(given.profile, context.system),
      program,
      args,
      talk: [
        ...(given.verbose ? ["--verbose"] : []),
        ...(given.quiet ? ["--quiet"] : []),
        ...(level === undefined ? [] : [`--log-level=${level}`]),
      ],
    });
  },
});
