// Endpoint overrides of a profile: its `services` section first, then its own `endpoint_url`.
import type { Problem } from "../domain/problem.ts";
import type { Service, ServiceUrls } from "./endpoints.ts";
import { nestedValues } from "./ini.ts";
import type { AwsSettings, ProfileSettings, Setting } from "./settings.ts";
import { badUrl, contradiction, problemAt, type Subject } from "./setting_checks.ts";
import { fixFor, shown } from "./wording.ts";

/** Names of the nested blocks (botocore: the service id in snake case). */
const BLOCKS = { oidc: "sso_oidc", portal: "sso", sts: "sts", signin: "signin" } as const;

export interface ConfiguredEndpoints {
  readonly endpoints?: ServiceUrls;
  readonly problem?: Problem;
}

/**
 * Order as in botocore's ConfiguredEndpointProvider (configprovider.py). The environment comes before all of it and is
 * looked at where the endpoint is chosen. `ignore_configured_endpoint_urls = true` in the profile switches them off.
 */
export function configuredEndpoints(
  subject: Subject,
  profile: ProfileSettings,
  settings: Pick<AwsSettings, "services">,
): ConfiguredEndpoints {
  const named = profile.get("services");
  const own = profile.get("endpoint_url");
  if (named === undefined && own === undefined) return {};
  if (profile.get("ignore_configured_endpoint_urls")?.value.toLowerCase() === "true") return {};

  const section = named === undefined ? undefined : settings.services.get(named.value);
  if (named !== undefined && section === undefined) {
    const message = `${subject}: there is no services section ${shown(named.value)}`;
    const hint = fixFor(
      named.value,
      "add [services NAME] with that name to the config file, or remove the key services",
    );
    return { problem: problemAt(named, "ServicesMissing", message, hint) };
  }
  const endpoints: { -readonly [S in keyof ServiceUrls]: string } = {};
  for (const service of Object.keys(BLOCKS) as Service[]) {
    const block = section?.get(BLOCKS[service]);
    const special = block === undefined ? undefined : nestedValues(block.value).get("endpoint_url");
    const url: Setting | undefined = special ? { ...block!, value: special } : own;
    if (!url?.value) continue;
    const problem = badUrl(
      subject,
      "EndpointInvalid",
      "endpoint_url",
      url,
      "https://HOST (http only for this machine)",
    );
    if (problem !== undefined) return { problem };
    endpoints[service] = url.value;
  }
  const problem = section && contradiction(subject, Object.values(BLOCKS), section);
  return Object.keys(endpoints).length === 0 ? { problem } : { endpoints, problem };
}
