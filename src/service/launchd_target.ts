// Where launchd keeps the job of an account: its domain is chosen once, at install, and recorded.
import type { Account, Placement, Scope } from "../domain/service.ts";
import { labelOf, plistPath } from "./launchd_plist.ts";
import { consoleUser } from "./macos.ts";
import type { Hands } from "./manager.ts";

/** Absolute: what stands in `/usr/local/bin` can be anybody's on a Mac, and this may run as root. */
export const LAUNCHCTL = "/bin/launchctl";

/** One job in one domain, as launchctl wants it. */
export interface Target {
  readonly scope: Scope;
  readonly account: Account;
  /** `system`, `gui/UID` or `user/UID`. */
  readonly domain: string;
  /** `DOMAIN/LABEL`. */
  readonly job: string;
  /** Absolute path of its text. */
  readonly path: string;
}

export function targetOf({ scope, account }: Placement, domain: string): Target {
  return { scope, account, domain, job: `${domain}/${labelOf(account)}`, path: plistPath(scope, account) };
}

/**
 * The domain for a new job: `system`; or of the account, `gui/UID` while it is logged in at the screen, else `user/UID`.
 * Over ssh with nobody at the screen `gui/UID` is there in name only, and refuses with code 112 or 125.
 */
export async function chooseDomain(hands: Hands, account: Account, scope: Scope): Promise<string> {
  if (scope === "system") return "system";
  const gui = `gui/${account.uid}`;
  if (await consoleUser(hands) === account.name) return gui;
  // Somebody else is at the screen now, but this account may be logged in behind.
  const { code } = await hands.run({ program: LAUNCHCTL, args: ["print", gui] });
  return code === 0 ? gui : `user/${account.uid}`;
}

/** Every domain in which a job of the scope can be, the recorded one first: a login moves agents from one to another. */
export function domainsOf(placement: Placement): readonly string[] {
  const recorded = recordedDomain(placement);
  const known = ofScope(placement.scope, placement.account);
  return [...new Set([recorded ?? known[0], ...known])];
}

/** The recorded domain; undefined when it is that of a job in the other scope, which this one is to replace. */
export function recordedDomain({ domain, scope, account }: Placement): string | undefined {
  return domain !== undefined && ofScope(scope, account).includes(domain) ? domain : undefined;
}

function ofScope(scope: Scope, { uid }: Account): readonly string[] {
  return scope === "system" ? ["system"] : [`gui/${uid}`, `user/${uid}`];
}
