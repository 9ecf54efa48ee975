// A throw-away certificate authority, so that TLS clients meet the simulator under the real host names of AWS.

/** Where the files lie; all are gone with `remove()`. */
export interface Certificates {
  /** PEM file a client must trust. */
  readonly caFile: string;
  readonly cert: string;
  readonly key: string;
  remove(): Promise<void>;
}

const REGIONS = ["us-east-1", "us-east-2", "us-west-2", "eu-west-1", "eu-central-1", "eu-north-1", "ap-southeast-2"];

/** Host names in the certificate, in the form of openssl. `*` covers one label only, hence the rows for portal.sso. */
export function alternativeNames(): string {
  const dns = ["localhost", "sts.amazonaws.com", "*.awsapps.com", "signin.aws.amazon.com", "*.signin.aws.amazon.com"];
  for (const region of REGIONS) {
    for (const suffix of ["amazonaws.com", "api.aws"]) {
      dns.push(`*.${region}.${suffix}`, `portal.sso.${region}.${suffix}`, `portal.sso-fips.${region}.${suffix}`);
    }
  }
  for (const host of ["us-gov-west-1.amazonaws.com", "cn-north-1.amazonaws.com.cn"]) {
    dns.push(`*.${host}`, `portal.sso.${host}`);
  }
  return ["IP:127.0.0.1", ...dns.map((name) => `DNS:${name}`)].join(",");
}

/**
 * Calls `openssl` (3.0 or newer) twice: for the authority and for the server.
 * Valid from now on: a client whose clock is behind refuses it.
 */
export async function makeCertificates(): Promise<Certificates> {
  const folder = await Deno.makeTempDir({ prefix: "sso-heal-ca-" });
  const make = async (name: string, words: readonly string[]) => {
    const { success, stderr } = await new Deno.Command("openssl", {
      args: ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650"]
        .concat(["-keyout", `${folder}/${name}.key`, "-out", `${folder}/${name}.pem`], words),
      env: { OPENSSL_CONF: "/dev/null" },
      stdout: "null",
      stderr: "piped",
    }).output();
    if (!success) throw new Error(`openssl cannot make ${name}: ${new TextDecoder().decode(stderr)}`);
  };
  await make("ca", extensions("simulated authority", ["basicConstraints=critical,CA:TRUE", "keyUsage=keyCertSign"]));
  await make("server", [
    ...["-CA", `${folder}/ca.pem`, "-CAkey", `${folder}/ca.key`],
    ...extensions("simulator", [
      "basicConstraints=CA:FALSE",
      "keyUsage=digitalSignature",
      "extendedKeyUsage=serverAuth",
      `subjectAltName=${alternativeNames()}`,
    ]),
  ]);
  return {
    caFile: `${folder}/ca.pem`,
    cert: await Deno.readTextFile(`${folder}/server.pem`),
    key: await Deno.readTextFile(`${folder}/server.key`),
    remove: () => Deno.remove(folder, { recursive: true }),
  };
}

function extensions(name: string, lines: readonly string[]): string[] {
  return ["-subj", `/CN=${name}`, ...lines.flatMap((line) => ["-addext", line])];
}
