// Proves which sessions and profiles the AWS files give, and that every mistake in them is one clear problem.
import assert from "node:assert/strict";
import fc from "fast-check";
import { GOOD_CONFIG, MALFORMED } from "../../tests/support/malformed.ts";
import type { Problem } from "../domain/problem.ts";
import { parseIni } from "./ini.ts";
import { type Inventory, inventoryOf, loadInventory } from "./inventory.ts";

const FIXTURES = new URL("../../tests/fixtures/", import.meta.url).pathname;

async function inventory(config?: string, credentials?: string): Promise<Inventory> {
  const fileOf = (path: string, text?: string) =>
    text === undefined ? undefined : { path, document: parseIni(text, path) };
  return await inventoryOf({
    config: fileOf("config", config),
    credentials: fileOf("credentials", credentials),
    problems: [],
  }, "/h");
}

/** `code@line` of everything that is wrong. */
function problems(found: Inventory): string[] {
  return allProblems(found).map(({ code, file, line }) => `${code} ${file}:${line}`);
}

function allProblems({ problems, sessions, profiles }: Inventory): Problem[] {
  const own = [...sessions, ...profiles].map(({ problem }) => problem);
  return [...problems, ...own.filter((problem) => problem !== undefined)];
}

Deno.test("loadInventory() reads the config of every fixture", async () => {
  const names = [...Deno.readDirSync(FIXTURES)].map(({ name }) => name).sort();
  assert.ok(names.length >= 20);
  for (const name of names) {
    const home = await Deno.realPath(FIXTURES + name);
    const { sessions, profiles, problems } = await loadInventory({ home, cwd: home, env: {} });
    assert.deepEqual(problems, [], name);
    assert.deepEqual(sessions.map(({ legacy, problem }) => [legacy, problem]), [[false, undefined], [true, undefined]]);
    assert.deepEqual(sessions.map(({ profiles }) => profiles.map(({ name }) => name)), [["dev"], ["legacy"]], name);
    assert.deepEqual(profiles, sessions.flatMap(({ profiles }) => profiles));
  }
});

Deno.test("inventoryOf() gives sessions and profiles with all that the config says", async () => {
  const text = `${GOOD_CONFIG}services = s
ca_bundle = ~/.aws/ca.pem
use_fips_endpoint = True
use_dualstack_endpoint = yes
endpoint_url = https://all.example
[services s]
sso_oidc =
  endpoint_url = https://oidc.example
[profile old]
sso_start_url = https://old.awsapps.com/start#/
sso_region = eu-west-1
[profile plain]
region = us-east-1
`;
  assert.deepEqual(JSON.parse(JSON.stringify(await inventory(text))).sessions, [
    {
      name: "corp",
      legacy: false,
      startUrl: "https://corp.awsapps.com/start",
      region: "us-east-1",
      scopes: ["sso:account:access"],
      profiles: [{
        name: "dev",
        session: "corp",
        accountId: "012345678901",
        roleName: "ReadOnly",
        region: "eu-west-1",
        endpoints: {
          oidc: "https://oidc.example",
          portal: "https://all.example",
          signin: "https://all.example",
          sts: "https://all.example",
        },
        caBundle: "/h/.aws/ca.pem",
        useFips: true,
        useDualstack: false,
      }],
    },
    {
      name: "https://old.awsapps.com/start#/",
      legacy: true,
      startUrl: "https://old.awsapps.com/start#/",
      region: "eu-west-1",
      profiles: [{ name: "old", session: "https://old.awsapps.com/start#/" }],
    },
  ]);
});

Deno.test("inventoryOf() finds the session of a profile", async () => {
  const corp = "[sso-session corp]\nsso_start_url = https://c.awsapps.com/start\nsso_region = us-east-1\n";
  const url = "sso_start_url = https://c.awsapps.com/start\nsso_region = us-east-1\n";
  const role = "sso_account_id = 012345678901\nsso_role_name = r\n";
  const rows: [what: string, config: string, credentials: string, expected: string[]][] = [
    ["no files at all", "", "", []],
    ["a session without profiles", corp, "", ["corp:"]],
    ["a token-only profile", `${corp}[profile a]\nsso_session = corp\n`, "", ["corp: a"]],
    ["the profile default", `${corp}[default]\nsso_session = corp\n${role}`, "", ["corp: default/r"]],
    ["account and role from the session", `${corp}${role}[profile a]\nsso_session = corp\n`, "", ["corp: a/r"]],
    ["[DEFAULT] for all", `[DEFAULT]\nsso_session = corp\n${corp}[profile a]\n[profile b]\n`, "", ["corp: a b"]],
    ["a profile in the credentials file", corp, `[a]\nsso_session = corp\n${role}`, ["corp: a/r"]],
    ["credentials over config", `${corp}[profile a]\nsso_session = lost\n`, `[a]\nsso_session = corp\n`, ["corp: a"]],
    ["config first, then credentials", `${corp}[profile z]\nsso_session = corp\n`, "[a]\nsso_session = corp\n", [
      "corp: z a",
    ]],
    ["same values in profile and session", `${corp}[profile a]\nsso_session = corp\n${url}`, "", ["corp: a"]],
    ["a legacy profile", `[profile a]\n${url}${role}`, "", ["https://c.awsapps.com/start: a/r"]],
    ["one start URL, one session", `[profile a]\n${url}[profile b]\n${url}`, "", ["https://c.awsapps.com/start: a b"]],
    [
      "start URLs as written",
      `[profile a]\n${url}[profile b]\n${url.replace("/start", "/start/")}`,
      "",
      ["https://c.awsapps.com/start: a", "https://c.awsapps.com/start/: b"],
    ],
    [
      "the region of a neighbour",
      `[profile a]\nsso_start_url = https://c.awsapps.com/start\n[profile b]\n${url}`,
      "",
      ["https://c.awsapps.com/start: a b"],
    ],
    ["a legacy profile in the credentials file", "", `[a]\n${url}${role}`, ["https://c.awsapps.com/start: a/r"]],
    ["static keys", "[profile a]\nregion = us-east-1\n", "[a]\naws_access_key_id = x\n", []],
    ["only a region of SSO", "[profile a]\nsso_region = us-east-1\n", "", []],
    ["sessions before legacy ones", `[profile a]\n${url}${corp}`, "", ["corp:", "https://c.awsapps.com/start: a"]],
    ["a start URL on this machine", corp.replace("https://c.awsapps.com", "http://127.0.0.1:8080"), "", ["corp:"]],
    [
      "a session called by a start URL",
      `${corp.replace("corp", "https://c.awsapps.com/start")}[profile a]\n${url}`,
      "",
      [
        "https://c.awsapps.com/start: a",
      ],
    ],
  ];
  for (const [what, config, credentials, expected] of rows) {
    const found = await inventory(config, credentials);
    const sessions = found.sessions.map(({ name, profiles }) =>
      [`${name}:`, ...profiles.map(({ name, roleName }) => roleName ? `${name}/${roleName}` : name)].join(" ")
    );
    assert.deepEqual([sessions, problems(found)], [expected, []], what);
  }
});

Deno.test("inventoryOf() reads what is unambiguous where Python clients refuse the file", async () => {
  const rows: [what: string, config: string][] = [
    ["byte order mark", `\ufeff${GOOD_CONFIG}`],
    ["the same key twice with one value", GOOD_CONFIG.replace(/sso_region.*/, "$&\n$&")],
    ["a foreign key twice", GOOD_CONFIG.replace(/region = eu.*/, "$&\noutput = json\noutput = text")],
    ["the same section twice", GOOD_CONFIG + GOOD_CONFIG],
    ["a section in two parts", GOOD_CONFIG.replace("sso_region", "[sso-session corp]\nsso_region")],
    ["a line without a delimiter", GOOD_CONFIG.replace("sso_region", "word\nsso_region")],
    ["text before the first section", `hello\n${GOOD_CONFIG}`],
    ["junk in a nested block", `${GOOD_CONFIG}s3 =\n  junk\n`],
  ];
  const expected = JSON.stringify(await inventory(GOOD_CONFIG));
  for (const [what, config] of rows) assert.equal(JSON.stringify(await inventory(config)), expected, what);
});

Deno.test("inventoryOf() reads sso_use_device_code of sessions and profiles", async () => {
  const key = (value: string) => `sso_use_device_code = ${value}\n`;
  const inSession = (lines: string) => GOOD_CONFIG.replace("sso_region", `${lines}sso_region`);
  const rows: [what: string, config: string, session?: boolean, profile?: boolean][] = [
    ["nowhere", GOOD_CONFIG],
    ["in the session", inSession(key("true")), true],
    ["in the session, in other letters", inSession(key("True")), true],
    ["no", inSession(key("false")), false],
    ["anything else is no", inSession(key("yes")), false],
    ["in the profile", GOOD_CONFIG + key("true"), undefined, true],
    ["in both", inSession(key("false")) + key("true"), false, true],
  ];
  for (const [what, config, session, profile] of rows) {
    const found = await inventory(config);
    const [{ useDeviceCode, profiles }] = found.sessions;
    assert.deepEqual([useDeviceCode, profiles[0].useDeviceCode, problems(found)], [session, profile, []], what);
  }
  const twice = inSession(key("true") + key("false"));
  assert.deepEqual(allProblems(await inventory(twice)).map(({ code }) => code), ["Contradiction"]);
});

Deno.test("inventoryOf() keeps a problem to what it is about", async () => {
  const text = GOOD_CONFIG + "[profile bad]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = r\n";
  const { sessions, profiles } = await inventory(text);
  assert.equal(sessions[0].problem, undefined);
  assert.deepEqual(profiles.map(({ problem }) => problem?.code), [undefined, "AccountInvalid"]);
});

Deno.test("inventoryOf() gives the way out that fits the mistake", async () => {
  const rows: [config: string, message: RegExp, hint: RegExp][] = [
    [
      GOOD_CONFIG.replace("[sso-session corp]", "[x]"),
      /^Cannot use session "corp": /,
      /^add \[sso-session corp\] with/,
    ],
    ["[profile a]\nsso_session = my corp\n", /session "my corp"/, /^add \[sso-session "my corp"\] with/],
    [GOOD_CONFIG.replace("us-east-1", "us-east-1 # x"), /sso_region "us-east-1 # x" is no region$/, /comment/],
    [GOOD_CONFIG.replace("us-east-1", "us-east-1\n  secret"), /sso_region "us-east-1" is no region$/, /indentation$/],
    [GOOD_CONFIG.replace("us-east-1", ""), /sso_region "" is no region$/, /^write a region such as us-east-1$/],
    [GOOD_CONFIG.replace("https:", "http:"), /"http:\/\/corp.*" is not https$/, /https:\/\/NAME\.awsapps\.com/],
    [GOOD_CONFIG.replace("0123", "123"), /profile "dev": sso_account_id "12345678901"/, /leading zeros/],
    [
      GOOD_CONFIG + "[profile dev]\nregion = x\n",
      /profile "dev": region is given twice/,
      /^keep one of the lines 10 and 12$/,
    ],
  ];
  for (const [config, message, hint] of rows) {
    const [problem, ...others] = allProblems(await inventory(config));
    assert.deepEqual(others, []);
    assert.match(problem.message, message);
    assert.match(problem.hint, hint);
  }
});

Deno.test("inventoryOf() understands any text, and every problem says where it is and what to do", async () => {
  const keys = fc.constantFrom(
    "sso_session",
    "sso_start_url",
    "sso_region",
    "sso_account_id",
    "sso_role_name",
    "services",
  );
  const values = fc.constantFrom("corp", "https://a.b/c", "us-east-1", "012345678901", "r # c", "", '"q"', "__proto__");
  const lines = fc.oneof(
    fc.constantFrom(
      "[profile a]",
      '[profile "a b"]',
      "[sso-session corp]",
      "[default]",
      "[DEFAULT]",
      "[services corp]",
      "[x",
    ),
    fc.tuple(fc.constantFrom("", "  "), keys, fc.constantFrom(" = ", ":", " "), values).map((parts) => parts.join("")),
    fc.constantFrom("", "# c", "junk", "  more", "\ufeff"),
  );
  const texts = fc.array(lines, { maxLength: 20 }).map((lines) => lines.join("\n"));
  await fc.assert(fc.asyncProperty(texts, texts, async (config, credentials) => {
    const found = await inventory(config, credentials);
    for (const { code, message, hint, file, line } of allProblems(found)) {
      const text = { config, credentials }[file!]!;
      assert.ok(line! >= 1 && line! <= text.split("\n").length, `${code} in line ${line}`);
      assert.match(message, /^Cannot (?:use|read) .+: \S/);
      assert.notEqual(hint, "");
    }
    for (const { session, problem } of found.profiles) {
      assert.ok(session === "" ? problem !== undefined : found.sessions.some(({ name }) => name === session));
    }
    assert.deepEqual(
      found.sessions.flatMap(({ profiles }) => profiles).length,
      found.profiles.filter(({ session }) => session).length,
    );
  }));
});

Deno.test("loadInventory() makes one clear problem of every malformed file", async () => {
  const rows = MALFORMED.filter(({ file }) => file !== "token");
  assert.ok(rows.length >= 40);
  for (const { name, file, content, code, line } of rows) {
    const home = await Deno.makeTempDir();
    try {
      await Deno.mkdir(`${home}/.aws`);
      const path = `${home}/.aws/${file}`;
      if (typeof content === "string") await Deno.writeTextFile(path, content);
      else await Deno.writeFile(path, content);
      const found = allProblems(await loadInventory({ home, cwd: home, env: {} }));
      assert.deepEqual(found.map(({ code, file, line }) => ({ code, file, line })), [{ code, file: path, line }], name);
      assert.match(found[0].message, /^Cannot (?:use|read) .+: \S/, name);
      assert.doesNotMatch(found[0].message, /\n|undefined/, name);
      assert.match(found[0].hint, /\S \S/, name);
    } finally {
      await Deno.remove(home, { recursive: true });
    }
  }
});
