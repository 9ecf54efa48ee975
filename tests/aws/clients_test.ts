// Proves the simulator by the clients that users have: Debian's AWS CLI v2 and boto3 against scripts/simulator.ts in
// another process. They know no endpoint setting, hence the proxy.
import assert from "node:assert/strict";

const AWS = "/usr/bin/aws";
const PYTHON = "/usr/bin/python3";
const CONFIG = `[sso-session corp]
sso_start_url = https://sim.awsapps.com/start
sso_region = us-east-1
sso_registration_scopes = sso:account:access

[profile dev]
sso_session = corp
sso_account_id = 100000000001
sso_role_name = AdministratorAccess
region = eu-west-1
`;
const ARN = "arn:aws:sts::100000000001:assumed-role/AWSReservedSSO_AdministratorAccess_0123456789abcdef/" +
  "alice@example.com";

interface Standalone {
  readonly url: string;
  readonly home: string;
  /** Everything such a client needs in its environment. */
  readonly env: Record<string, string>;
  readonly fetch: (path: string, body?: unknown) => Promise<unknown>;
}

async function withSimulator(settings: string[], use: (sim: Standalone) => Promise<void>): Promise<void> {
  const script = new URL("../../scripts/simulator.ts", import.meta.url).pathname;
  const args = ["run", "-A", "--no-check", script, "--proxy", ...settings.flatMap((set) => ["--set", set])];
  const child = new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "inherit" }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value: line = "" } = await reader.read();
  const { url, caFile, proxyUrl } = JSON.parse(line);
  const client = Deno.createHttpClient({ caCerts: [await Deno.readTextFile(caFile)] });
  const home = await Deno.makeTempDir();
  await Deno.mkdir(`${home}/.aws/sso/cache`, { recursive: true });
  await Deno.writeTextFile(`${home}/.aws/config`, CONFIG);
  const control = async (path: string, body?: unknown): Promise<unknown> => {
    const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    return await (await fetch(`${url}${path}`, { client, ...init })).json();
  };
  const env = {
    PATH: "/usr/bin:/bin",
    HOME: home,
    HTTPS_PROXY: proxyUrl,
    AWS_CA_BUNDLE: caFile,
    AWS_MAX_ATTEMPTS: "1",
  };
  try {
    await use({ url, home, env, fetch: control });
  } finally {
    await control("/_sim/stop", {});
    client.close();
    await reader.cancel();
    assert.equal((await child.status).code, 0);
    await assert.rejects(Deno.stat(caFile), Deno.errors.NotFound);
    await Deno.remove(home, { recursive: true });
  }
}

async function run(program: string, args: string[], { env }: Standalone): Promise<string> {
  const options = { args, env, clearEnv: true, stdout: "piped", stderr: "piped" } as const;
  const { stdout, stderr } = await new Deno.Command(program, options).output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

function installed(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

async function seed(sim: Standalone, options: Record<string, unknown>): Promise<string> {
  const { fileName, token } = Object(await sim.fetch("/_sim/issue-session", options));
  const path = `${sim.home}/.aws/sso/cache/${fileName}`;
  await Deno.writeTextFile(path, JSON.stringify(token));
  return path;
}

Deno.test({
  name: "Debian's aws signs in by the device flow, proves its role and refreshes",
  ignore: !installed(AWS),
  fn: () =>
    withSimulator(["intervalS=0", "autoApprove=true", "accessTokenLifeS=600"], async (sim) => {
      const said = await run(AWS, ["sso", "login", "--no-browser", "--profile", "dev"], sim);
      assert.match(said, /Successfully logged into Start URL: https:\/\/sim\.awsapps\.com\/start/);
      const identity = ["sts", "get-caller-identity", "--profile", "dev", "--query", "Arn", "--output", "text"];
      assert.equal(await run(AWS, identity, sim), `${ARN}\n`);
      const { generation } = Object(await sim.fetch("/_sim/session"));
      assert.equal(generation, 2, "a token with 10 min left is refreshed");
    }),
});

Deno.test({
  name: "boto3 refreshes a seeded token and stores the pair that AWS has now",
  ignore: !installed(PYTHON),
  fn: () =>
    withSimulator([], async (sim) => {
      const path = await seed(sim, { accessTokenLeftS: 600 });
      const before = JSON.parse(await Deno.readTextFile(path));
      const code = "import boto3; print(boto3.Session(profile_name='dev').client('sts').get_caller_identity()['Arn'])";
      assert.equal(await run(PYTHON, ["-c", code], sim), `${ARN}\n`);
      const after = JSON.parse(await Deno.readTextFile(path));
      assert.notEqual(after.refreshToken, before.refreshToken);
      const secrets = Array.from(Object(await sim.fetch("/_sim/secrets")));
      assert.ok(secrets.includes(after.accessToken) && secrets.includes(after.refreshToken));
    }),
});

Deno.test({
  name: "Debian's aws names the errors of the simulator as those of AWS",
  ignore: !installed(AWS),
  fn: () =>
    withSimulator([], async (sim) => {
      await seed(sim, {});
      const identity = ["sts", "get-caller-identity", "--profile", "dev"];
      await sim.fetch("/_sim/fail", { operation: "GetRoleCredentials", fault: "ForbiddenException" });
      assert.match(await run(AWS, identity, sim), /\(ForbiddenException\).*GetRoleCredentials operation.*: No access/);
      await sim.fetch("/_sim/settings", { clockSkewMs: 7_200_000, accessTokenLifeS: 36_000, roleLifeS: 36_000 });
      await seed(sim, {});
      assert.match(await run(AWS, identity, sim), /\(SignatureDoesNotMatch\).*Signature expired: \d{8}T/);
    }),
});
