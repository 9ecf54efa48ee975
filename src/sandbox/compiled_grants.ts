// The grants that the build compiles into the binary. No part of the program itself: `permissions.ts` is what it goes by.
import { PROBE } from "./is_confined.ts";
import { HOME_FOLDERS, METRICS_FOLDERS } from "./permissions.ts";

/** Readable besides: secrets that a container or service manager puts there. */
const SECRET_FOLDERS = ["/run/secrets"] as const;

/** The grants of the binary, as `deno compile` options. `run` is for starting itself in the home, at start only. */
export const COMPILED_GRANTS = [
  `--allow-read=${[...HOME_FOLDERS, ...SECRET_FOLDERS, ...METRICS_FOLDERS].join(",")}`,
  `--allow-write=${[...HOME_FOLDERS, PROBE, ...METRICS_FOLDERS].join(",")}`,
  // Read once at start, then dropped: `env:NAME` in the config may name any variable.
  "--allow-env",
  "--allow-net",
  "--allow-run",
  "--allow-sys=uid,gid,userInfo,hostname",
] as const;
