// Version of the program; `scripts/build.ts` puts the values in.
declare const SSO_HEAL_VERSION: string | undefined;
declare const SSO_HEAL_BASE: string | undefined;

export const VERSION: string = typeof SSO_HEAL_VERSION === "string" ? SSO_HEAL_VERSION : "0.0.0-dev";

/** Where the runtime base of the binary came from: `official`, `npm`, `DENORT_BIN`, or `none` when not compiled. */
export const RUNTIME_BASE: string = typeof SSO_HEAL_BASE === "string" ? SSO_HEAL_BASE : "none";
