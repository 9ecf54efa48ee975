// Proves in which order endpoint overrides of the config file count.
import assert from "node:assert/strict";
import { parseIni } from "./ini.ts";
import { type ConfiguredEndpoints, configuredEndpoints } from "./services.ts";
import { readSettings } from "./settings.ts";

function endpoints(profile: string, services = ""): ConfiguredEndpoints {
  const document = parseIni(`[profile p]\n${profile}[services s]\n${services}`, "config");
  const settings = readSettings({ config: { path: "config", document }, problems: [] });
  return configuredEndpoints("Cannot use p", settings.profiles.get("p")!, settings);
}

Deno.test("configuredEndpoints() takes the services section first, then endpoint_url", () => {
  const everywhere = (url: string) => ({ oidc: url, portal: url, sts: url, signin: url });
  const all = everywhere("https://all.example");
  const block = (name: string) => `${name} =\n  endpoint_url = https://${name}.example\n`;
  const rows: [profile: string, services: string, expected: ConfiguredEndpoints["endpoints"]][] = [
    ["region = x\n", block("sso"), undefined],
    ["endpoint_url = https://all.example\n", block("sso"), all],
    ["services = s\n", block("sso"), { portal: "https://sso.example" }],
    ["services = s\n", block("sso_oidc") + block("sts"), {
      oidc: "https://sso_oidc.example",
      sts: "https://sts.example",
    }],
    ["services = s\nendpoint_url = https://all.example\n", block("sso"), { ...all, portal: "https://sso.example" }],
    ["services = s\n", block("SSO"), { portal: "https://SSO.example" }],
    ["services = s\n", block("signin"), { signin: "https://signin.example" }],
    ["services = s\n", block("s3"), undefined],
    ["services = s\n", "sso = https://x.example\n", undefined],
    ["services = s\n", "sso =\n  Endpoint_Url = https://x.example\n", undefined],
    ["endpoint_url =\n", "", undefined],
    ["endpoint_url = http://localhost:4566\n", "", everywhere("http://localhost:4566")],
    ["endpoint_url = https://all.example\nignore_configured_endpoint_urls = True\n", "", undefined],
  ];
  for (const [profile, services, expected] of rows) {
    const found = endpoints(profile, services);
    assert.deepEqual([found.endpoints, found.problem], [expected, undefined], profile + services);
  }
});

Deno.test("configuredEndpoints() names what is wrong", () => {
  const rows: [profile: string, services: string, code: string, line: number][] = [
    ["services = t\n", "", "ServicesMissing", 2],
    ["services = s\n", "sso =\n  endpoint_url = http://proxy.example\n", "EndpointInvalid", 4],
    ["endpoint_url = proxy\n", "", "EndpointInvalid", 2],
    [
      "services = s\n",
      "sso =\n  endpoint_url = https://a.example\nsso =\n  endpoint_url = https://b.example\n",
      "Contradiction",
      6,
    ],
  ];
  for (const [profile, services, code, line] of rows) {
    const { problem } = endpoints(profile, services);
    assert.deepEqual([problem?.code, problem?.line], [code, line]);
  }
});
