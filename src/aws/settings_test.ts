// The grammar of the AWS files row by row, as botocore reads it (and, where it refuses, as unambiguous as it can be).
import assert from "node:assert/strict";
import { parseIni } from "./ini.ts";
import { type AwsSettings, readSettings } from "./settings.ts";

function settingsOf(config: string, credentials?: string): AwsSettings {
  const fileOf = (path: string, text: string) => ({ path, document: parseIni(text, path) });
  return readSettings({
    config: fileOf("config", config),
    credentials: credentials === undefined ? undefined : fileOf("credentials", credentials),
    problems: [],
  });
}

Deno.test("readSettings() finds profiles by the names botocore gives them", () => {
  const rows: [what: string, config: string, names: string[]][] = [
    ["plain", "[profile x]\nk = v\n", ["x"]],
    ["comment behind the header", "[profile x] # c\n", ["x"]],
    ["double quotes", '[profile "my prof"]\n', ["my prof"]],
    ["single quotes", "[profile 'my prof']\n", ["my prof"]],
    ["two words", "[profile my prof]\n", []],
    ["open quote", "[profile o'neil]\n", []],
    ["backslash", "[profile corp\\dev]\n", ["corpdev"]],
    ["any letter", "[profile é😀()]\n", ["é😀()"]],
    ["no prefix", "[dev]\n", []],
    ["default", "[default]\n", ["default"]],
    ["default as a profile", "[profile default]\n", ["default"]],
    ["prefix is how the header begins", "[profilefoo bar]\n", ["bar"]],
    ["spaces inside the brackets", "[ profile a ]\n", []],
    ["capitals", "[Profile a]\n", []],
    ["a name from Object", "[profile __proto__]\nk = v\n", ["__proto__"]],
    ["file order", "[profile b]\n[default]\n[profile a]\n", ["b", "default", "a"]],
  ];
  for (const [what, config, names] of rows) assert.deepEqual([...settingsOf(config).profiles.keys()], names, what);
});

Deno.test("readSettings() finds sessions and services likewise", () => {
  const text =
    '[sso-session corp]\n[sso-session "my corp"]\n[sso-sessionx y]\n[sso-session a b]\n[services s]\n[plugins]\n';
  const settings = settingsOf(text, "[sso-session lost]\n[services lost]\n");
  assert.deepEqual([...settings.ssoSessions.keys()], ["corp", "my corp", "y"]);
  assert.deepEqual([...settings.services.keys()], ["s"]);
  assert.deepEqual([...settings.profiles.keys()], []);
});

Deno.test("ProfileSettings.get() gives the value that counts, and where it stands", () => {
  const rows: [what: string, config: string, credentials: string | undefined, expected: string | undefined][] = [
    ["a key", "[profile p]\nk = v\n", undefined, "v config:2"],
    ["a key in capitals", "[profile p]\nK : v\n", undefined, "v config:2"],
    ["a missing key", "[profile p]\nx = v\n", undefined, undefined],
    ["[DEFAULT] is inherited", "[DEFAULT]\nk = v\n[profile p]\n", undefined, "v config:2"],
    ["[DEFAULT] is overridden", "[profile p]\nk = w\n[DEFAULT]\nk = v\n", undefined, "w config:2"],
    ["the later of two names replaces the earlier", '[profile p]\nk = v\nx = y\n[profile "p"]\n', undefined, undefined],
    ["a section that goes on below", "[profile p]\nx = y\n[profile q]\n[profile p]\nk = v\n", undefined, "v config:5"],
    ["the same value twice", "[profile p]\nk = v\nk = v\n", undefined, "v config:2"],
    ["two values", "[profile p]\nk = v\nk = w\nk = x\n", undefined, "v config:2 contradicted:3"],
    ["two values in [DEFAULT]", "[DEFAULT]\nk = v\nk = w\n[profile p]\n", undefined, "v config:2 contradicted:3"],
    ["credentials over config", "[profile p]\nk = v\n", "[p]\nk = w\n", "w credentials:2"],
    ["credentials do not hide what they lack", "[profile p]\nk = v\n", "[p]\nx = w\n", "v config:2"],
    ["only in the credentials", "", "[p]\nk = w\n", "w credentials:2"],
    ["[DEFAULT] of the credentials", "[profile p]\nk = v\n", "[DEFAULT]\nk = w\n[p]\n", "w credentials:2"],
    ["credentials names are verbatim", "", "[profile p]\nk = w\n[p]\nk = x\n", "x credentials:4"],
    ["a name from Object", "[profile p]\nconstructor = v\n", undefined, undefined],
  ];
  for (const [what, config, credentials, expected] of rows) {
    const found = settingsOf(config, credentials).profiles.get("p")?.get("k");
    const contradicted = found?.contradictedAt === undefined ? "" : ` contradicted:${found.contradictedAt}`;
    assert.equal(found && `${found.value} ${found.file}:${found.line}${contradicted}`, expected, what);
  }
});

Deno.test("readSettings() lets the later of [default] and [profile default] count", () => {
  const rows: [config: string, value: string][] = [
    ["[default]\nk = v\n[profile default]\nk = w\n", "w"],
    ["[profile default]\nk = v\n[default]\nk = w\n", "w"],
  ];
  for (const [config, value] of rows) {
    assert.equal(settingsOf(config).profiles.get("default")?.get("k")?.value, value, config);
  }
});

Deno.test("hasContradiction() sees through inheritance and files", () => {
  const rows: [config: string, credentials: string, expected: boolean][] = [
    ["[profile p]\nk = v\nk = v\n", "[p]\nk = w\n", false],
    ["[profile p]\nk = v\nk = w\n", "", true],
    ["[DEFAULT]\nk = v\nk = w\n[profile p]\n", "", true],
    ["[profile p]\n", "[p]\nk = v\n[p]\nk = w\n", true],
  ];
  for (const [config, credentials, expected] of rows) {
    assert.equal(settingsOf(config, credentials).profiles.get("p")?.hasContradiction(), expected, config);
  }
});
