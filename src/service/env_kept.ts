// Which variables a job keeps from the environment of its installation, and which of them are nobody else's business.
import { UserError } from "../domain/problem.ts";
import { checkVariable } from "./env_file.ts";

/**
 * Where the way out goes and whom to trust there: what the runtime of Deno and `sandbox/enter.ts` look at. `SSL_CERT_*`
 * moves the trust store of the system.
 */
const ALWAYS = [
  ...["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"].flatMap((name) => [name, name.toLowerCase()]),
  "AWS_CA_BUNDLE",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "DENO_CERT",
  "DENO_TLS_CA_STORE",
] as const;

/** A value with such a name is a secret, whoever asked for it. */
const TELLING = /(secret|token|password|passwd|passphrase|credentials?|_key|_pat|auth)$/i;

export interface KeptVariables {
  /** Anybody may read them. */
  readonly plain: Readonly<Record<string, string>>;
  readonly secret: Readonly<Record<string, string>>;
  /** Names that the config wants by `env:NAME` and that have no value anywhere. */
  readonly missing: readonly string[];
}

export interface WishedVariables {
  /** The environment of the installation. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** By `--env NAME`. */
  readonly named: readonly string[];
  /** By `env:NAME` in the config. */
  readonly ofConfig: readonly string[];
  /**
   * What the last installation kept: it holds where the present environment has nothing (sudo takes most away). A secret
   * that nobody wants any more goes.
   */
  readonly former?: Partial<Pick<KeptVariables, "plain" | "secret">>;
}

/**
 * Chooses the variables to keep. Secret is what the config asks for, what names a user in a URL, and what is called like a
 * secret.
 *
 * @throws {UserError} for a name by `--env` without a value, and for what cannot be kept.
 */
export function keptVariables({ env, named, ofConfig, former }: WishedVariables): KeptVariables {
  const plain: Record<string, string> = {};
  const secret: Record<string, string> = {};
  const missing: string[] = [];
  const before = { ...former?.plain, ...former?.secret };
  for (const name of [...new Set([...ALWAYS, ...named, ...ofConfig, ...Object.keys(former?.plain ?? {})])].sort()) {
    const value = env[name] || before[name];
    if (value) {
      checkVariable(name, value);
      const isSecret = ofConfig.includes(name) || TELLING.test(name) || namesUser(name, value);
      (isSecret ? secret : plain)[name] = value;
    } else if (named.includes(name)) {
      throw new UserError(`Cannot keep the variable ${JSON.stringify(name)}: it is not set here`, [
        `set it: export ${name}=…`,
        `with sudo, name what is to be kept: sudo --preserve-env=${name} sso-heal install …`,
      ]);
    } else if (ofConfig.includes(name)) missing.push(name);
  }
  // `sandbox/enter.ts` has set it for a bundle outside our folders, and will do so again.
  if (plain.DENO_CERT !== undefined && plain.DENO_CERT === plain.AWS_CA_BUNDLE) delete plain.DENO_CERT;
  return { plain, secret, missing };
}

/** Whether a proxy or another URL says who is there: `http://user:password@host`; a proxy also without `http://`. */
function namesUser(name: string, value: string): boolean {
  return /:\/\/[^/?#\s]*@/.test(value) || (/^(https?|all)_proxy$/i.test(name) && value.includes("@"));
}
