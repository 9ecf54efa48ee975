// Measures a sync of very many profiles: how long the portal's limit makes it, and what it costs when nothing is due.
import { manyRoles } from "../tests/binary/support/many_roles.ts";
import { said } from "../tests/binary/support/scene.ts";

/** As many as a person of a large company has. */
const PROFILES = 1200;

export interface SyncFigures {
  readonly seconds: number;
  readonly calls: number;
  /** Calls that the portal refused because they came too fast. */
  readonly throttled: number;
  readonly secondRunSeconds: number;
  readonly secondRunCalls: number;
}

/** Syncs {@link PROFILES} profiles with the compiled program, twice. Throws when it fails. */
export async function measureSync(): Promise<SyncFigures> {
  // What was got first must not end while the rest is fetched and measured.
  await using scene = await manyRoles(PROFILES, { roleLifeS: 4 * 3600 });
  const { aws } = scene;
  const run = async () => {
    aws.requests.length = 0;
    const startedAt = performance.now();
    const ended = await scene.home.run(["sync", "--profile", "*"]);
    const seconds = (performance.now() - startedAt) / 1000;
    if (ended.code !== 0) throw new Error(`sync failed: ${said(ended)}`);
    return {
      seconds,
      calls: aws.requests.length,
      throttled: aws.requests.filter(({ status }) => status === 429).length,
    };
  };
  const first = await run();
  const second = await run();
  const written = scene.home.read(".aws/credentials").match(/^\[p\d+-legacy-sso\]$/gm)?.length;
  if (written !== PROFILES) throw new Error(`${written} of ${PROFILES} profiles are written`);
  return { ...first, secondRunSeconds: second.seconds, secondRunCalls: second.calls };
}
