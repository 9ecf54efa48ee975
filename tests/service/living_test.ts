// The installed job as it lives: its timer refreshes a token against a simulated AWS, confined, and after a reboot too.
import assert from "node:assert/strict";
import { configFor } from "../binary/support/home.ts";
import { bootSystemd, type Machine, needsMachine } from "./support/machine.ts";
import { beatOf, EACH_SECOND, mustHeal, statusOf, unpack, waitForTwoRuns } from "./support/program.ts";

const SIMULATE = new URL("./support/simulate.ts", import.meta.url).pathname;
const MINUTE_MS = 60_000;

/** AWS on the loopback of the machine; `calls` are the refreshes it was asked for. */
interface Aws extends AsyncDisposable {
  readonly url: string;
  readonly fileName: string;
  readonly token: string;
  refreshes(): Promise<number>;
}

async function startAws(machine: Machine, leftS: number): Promise<Aws> {
  const child = new Deno.Command("nsenter", {
    args: [
      ...["--target", String(machine.pid), "--net"],
      ...[Deno.execPath(), "run", "-A", "--no-check", "--no-lock", "--quiet", SIMULATE, String(leftS)],
    ],
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const input = child.stdin.getWriter();
  const line = async () => (await lines.read()).value ?? "";
  const { url, fileName, token } = JSON.parse(await line());
  return {
    url,
    fileName,
    token,
    async refreshes() {
      await input.write(new TextEncoder().encode("count\n"));
      return Number(await line());
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await Promise.all([lines.cancel(), child.status]);
      await input.close().catch(() => {}); // its reader has ended
    },
  };
}

async function furnish(machine: Machine, { fileName, token }: Aws): Promise<void> {
  const { home } = machine.alice;
  await machine.write(`${home}/.aws/config`, configFor());
  await machine.write(`${home}/.aws/sso/cache/${fileName}`, token, 0o600);
  await unpack(machine);
}

/** Every second in place of every ten minutes. */
async function hurry(machine: Machine, timer: string, as?: "alice"): Promise<void> {
  const folder = as === undefined ? "/etc/systemd/system" : `${machine.alice.home}/.config/systemd/user`;
  await machine.write(`${folder}/${timer}.d/hurry.conf`, EACH_SECOND);
  const systemctl = as === undefined ? "systemctl" : "systemctl --user";
  await machine.sh(`${systemctl} daemon-reload && ${systemctl} restart ${timer}`, { as });
}

async function tokenOf(
  machine: Machine,
  aws: Aws,
): Promise<{ readonly accessToken: string; readonly expiresAt: string }> {
  return JSON.parse(await machine.read(`${machine.alice.home}/.aws/sso/cache/${aws.fileName}`) ?? "{}");
}

const SCOPES = [
  { scope: "system", as: undefined, timer: "sso-heal-alice.timer", words: " --user alice" },
  { scope: "user", as: "alice", timer: "sso-heal.timer", words: "" },
] as const;

for (const { scope, as, timer, words } of SCOPES) {
  Deno.test({
    name: `the job of the ${scope} refreshes a token, goes on after a reboot, and leaves nothing but the data`,
    ...needsMachine(`the life of a job of the ${scope}`),
    async fn() {
      await using machine = await bootSystemd();
      const { home } = machine.alice;
      await using aws = await startAws(machine, 3000);
      await furnish(machine, aws);
      await mustHeal(machine, `install${words} --env AWS_ENDPOINT_URL`, { as, env: { AWS_ENDPOINT_URL: aws.url } });
      assert.equal(await aws.refreshes(), 0, "nothing was due yet");

      const expiresAt = new Date(Date.now() + 10 * MINUTE_MS).toISOString().replace(/\.\d+/, "");
      const due = { ...await tokenOf(machine, aws), expiresAt };
      await machine.write(`${home}/.aws/sso/cache/${aws.fileName}`, JSON.stringify(due), 0o600);
      await hurry(machine, timer, as);
      await waitForTwoRuns(machine, home);
      assert.equal((await beatOf(machine, home))?.sandbox, true, "confined while it did so");
      const fresh = await tokenOf(machine, aws);
      assert.notEqual(fresh.accessToken, due.accessToken);
      assert.ok(Date.parse(fresh.expiresAt) > Date.now() + 50 * MINUTE_MS);
      assert.equal(await aws.refreshes(), 1, "once");

      await machine.reboot();
      await waitForTwoRuns(machine, home);
      const { service } = await statusOf(machine);
      assert.deepEqual([service.loaded, service.stale, service.scope], [true, false, scope]);

      const tokens = await machine.sh("cd ~/.aws && find . -type f | sort", { as: "alice" });
      await mustHeal(machine, `uninstall${words}`, { as });
      const left = await machine.sh(
        "find /etc/systemd/system /home/alice/.config /home/alice/.local/bin /usr/local/bin /var/lib/systemd/linger " +
          "\\( -name 'sso-heal*' -o -name alice \\) -not -path '*/.config/sso-heal' -not -name '*.timer.d' 2>/dev/null || :",
      );
      assert.equal(left, "");
      assert.equal(await machine.sh("cd ~/.aws && find . -type f | sort", { as: "alice" }), tokens);
      assert.ok(await beatOf(machine, home), "the state stays");
    },
  });
}
