// The systemd timer: of the machine with `User=`, or of the account's own manager.
import type { ManagerView, Placement } from "../domain/service.ts";
import { isLingering } from "./linger.ts";
import type { Hands, Manager } from "./manager.ts";
import { commandLine, disableOffline, look, mustRun, refusal, type Seen, systemctl, unitsOf } from "./systemctl.ts";
import { systemdUnits } from "./systemd_units.ts";
import { isActive, isEnabled, isInstalled, isRunning, viewOf } from "./systemd_view.ts";

/** The manager of an account comes up a moment after its lingering was switched on. */
const MANAGER_START_MS = 5_000;
const POLL_MS = 100;

const RELOAD = ["daemon-reload"];

export const systemd: Manager = {
  name: "systemd",
  unitsOf: systemdUnits,

  commands(what, placement) {
    const { timer, service } = unitsOf(placement);
    const rows = what === "activate"
      ? [RELOAD, ["enable", "--now", timer]]
      : [["disable", "--now", timer], ["stop", service]];
    return rows.map((args) => commandLine(placement, args));
  },

  async activate(hands, placement) {
    const { timer, service } = unitsOf(placement);
    const before = await lookWhenUp(hands, placement);
    if ("trouble" in before) throw refusal(placement, RELOAD, before.trouble);
    await mustRun(hands, placement, RELOAD);
    if (!isEnabled(before.timer)) await mustRun(hands, placement, ["enable", timer]);
    if (before.service.ActiveState === "failed") await systemctl(hands, placement, ["reset-failed", service]);
    if (!isActive(before.timer)) await mustRun(hands, placement, ["start", timer]);
    else if (before.timer.NeedDaemonReload === "yes") await mustRun(hands, placement, ["restart", timer]);
  },

  async deactivate(hands, placement) {
    const { timer, service } = unitsOf(placement);
    const before = await look(hands, placement);
    if ("trouble" in before) return await disableOffline(hands, placement);
    // Without the file of the timer `disable` only complains, but a link to it and the running units may still be there.
    const installed = isInstalled(before.timer) && before.timer.LoadState !== "masked";
    if (installed) await mustRun(hands, placement, ["disable", timer]);
    const dangling = !installed && await disableOffline(hands, placement);
    const running = [
      ...isActive(before.timer) ? [timer] : [],
      ...isRunning(before.service) ? [service] : [],
    ];
    if (running.length > 0) await mustRun(hands, placement, ["stop", ...running]);
    // Also after a stop: a run that was ended in the middle counts as failed.
    await systemctl(hands, placement, ["reset-failed", timer, service]);
    return installed || dangling || running.length > 0;
  },

  start(hands, placement) {
    return mustRun(hands, placement, ["start", "--no-block", unitsOf(placement).service]);
  },

  async ask(hands, placement): Promise<ManagerView> {
    const seen = await look(hands, placement);
    return viewOf(seen, placement, await lingering(hands, placement, seen));
  },
};

async function lookWhenUp(hands: Hands, placement: Placement): Promise<Seen> {
  const giveUpAt = hands.now() + (placement.scope === "user" ? MANAGER_START_MS : 0);
  for (;;) {
    const seen = await look(hands, placement);
    if (!("trouble" in seen) || seen.noSystemd || hands.now() >= giveUpAt) return seen;
    await hands.sleep(POLL_MS);
  }
}

async function lingering(hands: Hands, { scope, account }: Placement, seen: Seen): Promise<boolean | undefined> {
  if (scope === "system" || "trouble" in seen && seen.noSystemd) return undefined;
  return await isLingering(hands, account);
}
