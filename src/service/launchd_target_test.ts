// Proves where launchd's job of an account is put and looked for.
import assert from "node:assert/strict";
import { AGENT, ALICE, DAEMON, type Line, scripted } from "../../tests/service/launchctl_script.ts";
import type { Placement, Scope } from "../domain/service.ts";
import { chooseDomain, domainsOf } from "./launchd_target.ts";

const atScreen = (user: string): Line => ["stat -f %Su /dev/console", 0, `${user}\n`];

type Choice = readonly [sentence: string, scope: Scope, lines: readonly Line[], domain: string];

const CHOICES: readonly Choice[] = [
  ["asks nobody for a system job", "system", [], "system"],
  ["takes the login of the account at the screen", "user", [atScreen("alice")], "gui/501"],
  ["takes a login behind that of another", "user", [atScreen("bob"), ["launchctl print gui/501"]], "gui/501"],
  [
    "takes the background with nobody at the screen",
    "user",
    [atScreen("root"), ["launchctl print gui/501", 125]],
    "user/501",
  ],
  [
    "takes the background without a login domain",
    "user",
    [atScreen("root"), ["launchctl print gui/501", 112]],
    "user/501",
  ],
];

for (const [sentence, scope, lines, domain] of CHOICES) {
  Deno.test(`chooseDomain() ${sentence}`, async () => {
    await scripted(lines, async (hands) => assert.equal(await chooseDomain(hands, ALICE, scope), domain));
  });
}

Deno.test("domainsOf() begins with the recorded domain, leaves none out, and forgets that of the other scope", () => {
  const rows: readonly (readonly [placement: Placement, domains: readonly string[]])[] = [
    [DAEMON, ["system"]],
    [{ ...DAEMON, domain: undefined }, ["system"]],
    [{ ...DAEMON, domain: "gui/501" }, ["system"]],
    [AGENT, ["gui/501", "user/501"]],
    [{ ...AGENT, domain: "user/501" }, ["user/501", "gui/501"]],
    [{ ...AGENT, domain: undefined, asRoot: true }, ["gui/501", "user/501"]],
    [{ ...AGENT, domain: "system", asRoot: true }, ["gui/501", "user/501"]],
    [{ ...AGENT, domain: "gui/502" }, ["gui/501", "user/501"]],
  ];
  for (const [placement, domains] of rows) assert.deepEqual(domainsOf(placement), domains);
});
