// A TLS server whose certificate is signed by an authority the client trusts, and over.

export interface ExpiredServer extends AsyncDisposable {
  readonly url: string;
  /** PEM file a client must trust. */
  readonly caFile: string;
  /** How many came so far. */
  readonly connections: number;
}

const DATABASE = `[ca]
default_ca = expired
[expired]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
copy_extensions = copy
[any]
commonName = supplied
`;

/** Calls `openssl`: of its commands only `ca` makes a certificate for the past. */
export async function startExpiredServer(): Promise<ExpiredServer> {
  const folder = await Deno.makeTempDir({ prefix: "sso-heal-expired-" });
  await Deno.writeTextFile(`${folder}/ca.cnf`, DATABASE);
  await Deno.writeTextFile(`${folder}/index.txt`, "");
  const openssl = async (line: string) => {
    const { success, stderr } = await new Deno.Command("openssl", {
      args: line.split(" "),
      cwd: folder,
      env: { OPENSSL_CONF: "/dev/null" },
    }).output();
    if (!success) throw new Error(`openssl ${line}: ${new TextDecoder().decode(stderr)}`);
  };
  const newKey = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
  await openssl(
    `req -x509 ${newKey} -days 30 -keyout ca.key -out ca.pem -subj /CN=authority -addext keyUsage=keyCertSign`,
  );
  await openssl(
    `req -new ${newKey} -keyout server.key -out server.csr -subj /CN=server -addext subjectAltName=IP:127.0.0.1`,
  );
  const past = "-startdate 20200101000000Z -enddate 20210101000000Z";
  await openssl(`ca -batch -notext -config ca.cnf -cert ca.pem -keyfile ca.key ${past} -in server.csr -out server.pem`);

  const listener = Deno.listenTls({
    hostname: "127.0.0.1",
    port: 0,
    cert: await Deno.readTextFile(`${folder}/server.pem`),
    key: await Deno.readTextFile(`${folder}/server.key`),
  });
  let connections = 0;
  const serving = (async () => {
    for await (const conn of listener) {
      connections++;
      await conn.handshake().catch(() => {});
      conn.close();
    }
  })();
  return {
    url: `https://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`,
    caFile: `${folder}/ca.pem`,
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
      await Deno.remove(folder, { recursive: true });
    },
  };
}
