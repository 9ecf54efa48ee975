// The recipe for containers: what works inside of one that only reads `~/.aws`, and what says kindly that it cannot.
import assert from "node:assert/strict";
import { AWS_CLI, type Client, CLIENTS, clientTest } from "./clients/clients.ts";
import { type Scene, SESSIONS, withScene } from "./clients/scene.ts";
import { CONTAINER_HOMES, DOCKER } from "./support/docker.ts";
import type { Ended } from "./support/home.ts";
import { append, block, installPrograms, own, type Reader, runLines } from "./support/recipes.ts";
import { needsMounts } from "./support/requirement.ts";
import { said } from "./support/scene.ts";

const CONTAINERS = "Containers";
const { ignore } = needsMounts("what works in a container");

/** Another profile of the same session: by default a check proves only the first. */
const SECOND = `[profile second]
sso_session = corp
sso_account_id = 100000000002
sso_role_name = ReadOnlyAccess
region = eu-west-1
`;

interface Run {
  /** What runs inside; the page's own words unless given. */
  readonly words?: readonly string[];
  /** In place of `dev`. */
  readonly profile?: string;
  /** More options of `docker run`, as the page has them. */
  readonly options?: string;
  /** Of the image. */
  readonly env?: Readonly<Record<string, string>>;
}

function inside(text: string): string {
  return text.replaceAll("/home/app", `${CONTAINER_HOMES}/app`);
}

class Host {
  readonly #reader: Reader;

  constructor(readonly scene: Scene) {
    const { home, env } = scene;
    append(`${home}/.aws/config`, SECOND);
    append(`${home}/.aws/config`, own(block("By `credential_process`", "ini"), home));
    this.#reader = { home, env: installPrograms({ home, env }, { docker: DOCKER }) };
  }

  /** Runs the page's `docker run`. */
  run({ words, profile = "dev", options = "", env = {} }: Run = {}): Promise<Ended> {
    const page = block(CONTAINERS, "sh").trim().replace("AWS_PROFILE=dev", `AWS_PROFILE=${profile}`);
    const [before, command] = page.split(" IMAGE ");
    const line = inside(`${before} ${options} IMAGE ${words?.join(" ") ?? command}`);
    // What knows no proxy goes straight to the simulator.
    const image = { ...this.#reader.env, HOME: "/nowhere", NO_PROXY: "127.0.0.1", ...env };
    const IMAGE_ENV = Object.entries(image).map(([name, value]) => `${name}=${value}`).join("\n");
    return runLines({ ...this.#reader, env: { ...this.#reader.env, IMAGE_ENV } }, line);
  }

  /** The check of the host, with the page's settings. */
  async check(): Promise<void> {
    append(`${this.scene.home}/.config/sso-heal/config.ini`, block(CONTAINERS, "ini"));
    const checked = await this.scene.heal("check", "--session", "corp");
    assert.equal(checked.code, 0, said(checked));
  }

  /** Names, sizes and times of change of all that the container sees of the host. */
  files(): string[] {
    const found: string[] = [];
    const visit = (path: string) => {
      const { mtime, size, isDirectory } = Deno.lstatSync(path);
      found.push(`${path} ${mtime?.getTime()} ${size}`);
      if (isDirectory) { for (const { name } of Deno.readDirSync(path)) visit(`${path}/${name}`); }
    };
    visit(`${this.scene.home}/.aws`);
    return found.sort();
  }
}

function containerTest(client: Client, what: string, use: (host: Host) => Promise<void>): void {
  const name = `recipe "${CONTAINERS}": ${what}`;
  const fn = () =>
    withScene(async (scene) => {
      await scene.seed("corp", { accessTokenLeftS: 3600 });
      await use(new Host(scene));
    });
  if (ignore) Deno.test({ name, ignore, fn });
  else clientTest(client, name, fn);
}

containerTest(AWS_CLI, "the AWS CLI works by what the host has kept, and writes nothing", async (host) => {
  const { scene } = host;
  const page = Deno.readTextFileSync(new URL("../../docs/recipes.md", import.meta.url));
  const [, complaint = "no such line"] = /`(\[Errno 30\] .*?)`/.exec(page) ?? [];
  const refused = await host.run();
  assert.notEqual(refused.code, 0);
  assert.ok(refused.err.includes(inside(complaint)), said(refused));

  const [, options = "no such option"] = /`(--tmpfs .*?)`/.exec(page) ?? [];
  await Deno.mkdir(`${scene.home}/.aws/cli`);
  const alone = await host.run({ options });
  assert.equal(JSON.parse(alone.out || "{}").Arn, SESSIONS.corp.arn, said(alone));

  await host.check();
  scene.forget();
  const before = host.files();
  const [first, second] = [await host.run(), await host.run({ profile: "second" })];
  assert.equal(JSON.parse(first.out || "{}").Arn, SESSIONS.corp.arn, said(first));
  assert.equal(JSON.parse(second.out || "{}").Arn, SESSIONS.second.arn, said(second));
  assert.deepEqual(scene.asked(), ["GetCallerIdentity", "GetCallerIdentity"]);
  assert.deepEqual(host.files(), before);
});

for (const client of CLIENTS) {
  const words = [client.program, ...client.identity];
  containerTest(client, `${client.name} works with each profile there`, async (host) => {
    const { scene } = host;
    await host.check();
    const synced = await scene.heal("sync", "--profile", "dev");
    assert.equal(synced.code, 0, said(synced));
    const before = host.files();
    for (const profile of ["dev", "build", "dev-legacy-sso"]) {
      for (const options of ["", "--read-only"]) {
        const ended = await host.run({ words, profile, options, env: client.reach?.(scene) });
        assert.equal(ended.out.trim(), SESSIONS.corp.arn, `${profile} ${options}: ${said(ended)}`);
      }
    }
    assert.deepEqual(host.files(), before);
  });
}

containerTest(
  AWS_CLI,
  "sso-heal gives credentials that the host has not kept, and says what it cannot write",
  async (host) => {
    const before = host.files();
    for (const options of ["", "--read-only"]) {
      for (
        const [command, shown] of [
          ["export", /"SecretAccessKey": "/],
          ["exec", /^ASIA[A-Z0-9]+\n$/],
        ] as const
      ) {
        const words = command === "exec" ? ["--", "printenv", "AWS_ACCESS_KEY_ID"] : [];
        const ended = await host.run({ words: ["sso-heal", command, "--profile", "dev", ...words], options });
        assert.equal(ended.code, 0, said(ended));
        assert.match(ended.out, shown);
        assert.equal(/going on without the log .*Read-only file system/.test(ended.err), options !== "", said(ended));
      }
    }
    assert.deepEqual(host.files(), before);
  },
);

containerTest(
  AWS_CLI,
  "sso-heal uses the token of the host to its end, and says then what it cannot do",
  async (host) => {
    const { scene } = host;
    for (const [leftS, code] of [[600, 0], [-60, 1]]) {
      await scene.seed("corp", { accessTokenLeftS: leftS });
      for (const options of ["", "--read-only"]) {
        const ended = await host.run({ words: ["sso-heal", "export", "--profile", "dev"], options });
        assert.equal(ended.code, code, said(ended));
        assert.equal(ended.out.includes('"SecretAccessKey"'), code === 0, said(ended));
        assert.equal(/Cannot write ".*": the file system is read-only/.test(ended.err), code === 1, said(ended));
      }
    }
    assert.deepEqual(scene.asked(), ["GetRoleCredentials", "GetRoleCredentials"], "no refresh is spent in vain");
  },
);

containerTest(AWS_CLI, "what is for the host says that the file system is read-only", async (host) => {
  for (const words of [["check", "--force-refresh", "--session", "corp"], ["login", "--session", "corp"], ["sync"]]) {
    const ended = await host.run({ words: ["sso-heal", ...words] });
    assert.equal(ended.code, 1, said(ended));
    assert.match(`${ended.out}${ended.err}`, /Cannot write ".*": the file system is read-only/);
  }
});

containerTest(AWS_CLI, "keys for one hour are a file that programs read, and its owner only", async ({ scene }) => {
  const env = installPrograms({ home: `${scene.home}/reader`, env: scene.env });
  const ended = await runLines({ home: scene.home, env }, block(CONTAINERS, "sh", 1));
  assert.equal(ended.code, 0, said(ended));
  assert.equal(Deno.statSync(`${scene.home}/aws.env`).mode! & 0o777, 0o600);
  const show = `console.log(Deno.env.get("AWS_SESSION_TOKEN"), Deno.env.get("AWS_REGION"))`;
  const args = ["eval", "--no-config", `--env-file=${scene.home}/aws.env`, show];
  const { out } = await scene.run(Deno.execPath(), args);
  const [, token] = /^AWS_SESSION_TOKEN=(.*)$/m.exec(Deno.readTextFileSync(`${scene.home}/aws.env`)) ?? [];
  assert.equal(out, `${token} eu-west-1\n`);
});
