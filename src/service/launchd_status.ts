// What launchd says about the job, and what keeps the job from running on a Mac although launchd sounds content.
import type { ManagerView, Placement, ServiceHint } from "../domain/service.ts";
import { isUnanswered, launchctl } from "./launchd_control.ts";
import { CODE, installAgain, LOGIN_ITEMS, switchOn } from "./launchd_failure.ts";
import { isDisabled, nextMoment, type Printed, readPrinted } from "./launchd_print.ts";
import { labelOf } from "./launchd_plist.ts";
import { domainsOf, type Target, targetOf } from "./launchd_target.ts";
import { hasFileVault, isHeadless } from "./macos.ts";
import type { Hands } from "./manager.ts";

/** Everything that the hints depend on. */
interface Seen {
  readonly target: Target;
  /** Undefined when launchd does not know the job. */
  readonly printed?: Printed;
  readonly hasText: boolean;
  readonly disabled: boolean;
  readonly headless: boolean;
  readonly fileVault: boolean;
}

/** See `Manager.ask`. */
export async function ask(hands: Hands, placement: Placement): Promise<ManagerView> {
  const domains = domainsOf(placement);
  let target = targetOf(placement, domains[0]);
  let printed: Printed | undefined;
  for (const domain of domains) {
    const ran = await launchctl(hands, "print", targetOf(placement, domain).job);
    if (isUnanswered(ran)) return silent(ran.stderr.trim() || `exit code ${ran.code}`);
    if (ran.code !== 0) continue;
    target = targetOf(placement, domain);
    printed = readPrinted(ran.stdout);
    break;
  }

  const file = await hands.run({ program: "/usr/bin/stat", args: ["-f", "%Su %Lp", target.path] });
  const hasText = file.code === 0;
  if (printed === undefined && !hasText) return { loaded: false, enabled: false, hints: [] };

  const disabled = isDisabled(
    (await launchctl(hands, "print-disabled", target.domain)).stdout,
    labelOf(placement.account),
  );
  const headless = await isHeadless(hands);
  const fileVault = headless && await hasFileVault(hands) === true;
  return {
    loaded: printed !== undefined,
    enabled: hasText && !disabled,
    running: printed?.running,
    nextRunAt: printed && nextMoment(printed.minutes, hands.now()),
    lastResult: printed?.lastResult,
    hints: hintsOf({ target, printed, hasText, disabled, headless, fileVault }),
  };
}

function silent(words: string): ManagerView {
  const message = `launchd cannot be asked: ${words}.`;
  return { loaded: false, enabled: false, hints: [{ code: "LaunchdSilent", message, hint: "run: launchctl version" }] };
}

function hintsOf({ target, printed, hasText, disabled, headless, fileVault }: Seen): readonly ServiceHint[] {
  const hints: ServiceHint[] = [];
  const add = (code: string, message: string, hint: string) => hints.push({ code, message, hint });
  const again = installAgain(target);

  if (disabled) add("JobDisabled", `The job ${target.job} is switched off.`, `${switchOn(target)}, then ${again}`);
  else if (printed === undefined) {
    add("JobNotLoaded", `${target.path} is there, but launchd has not loaded it.`, `${again}; ${LOGIN_ITEMS}`);
  }
  if (!hasText) {
    add("JobTextMissing", `There is no ${target.path}: the job ends with this start of the machine.`, again);
  }
  if (printed?.lastResult === `exit-code ${CODE.badConfig}`) {
    add("JobCannotStart", "launchd could not start the job: its binary, home or log folder cannot be used.", again);
  }
  // A quarantine or a signature that does not fit: macOS kills the program before its first line.
  if (printed?.lastResult === "signal 9") {
    add("JobKilled", "macOS killed the last run: it may not trust the binary.", `${again} (it copies the binary anew)`);
  }
  if (headless && target.scope === "user") {
    add(
      "JobNeedsLogin",
      `After a restart the job waits until ${target.account.name} logs in: nobody is at the screen of this Mac.`,
      installAgain({ scope: "system", account: target.account }),
    );
  }
  if (fileVault) {
    add(
      "FileVault",
      "After a cold start nothing runs until a person unlocks the disk: FileVault is on.",
      "before a planned restart run: sudo fdesetup authrestart",
    );
  }
  return hints;
}
