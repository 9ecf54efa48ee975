// A Linux that is not there, for the plan of a job: scripts of sh really run, on files below a temporary home; cron is a
// text, and systemd knows nothing.
import { type InstallOptions, planInstall, type Planned } from "../../../src/heal/install.ts";
import { type Command, NO_SUCH_PROGRAM, type Ran, runProgram } from "../../../src/system/run_program.ts";
import { type FakeSystem, fakeSystem } from "../../support/fake_system.ts";

const OF_MACHINE = /^\/(etc|usr\/local)\//;

export class Linux implements AsyncDisposable {
  uid = 1000;
  hasSystemd = false;
  hasCron = true;
  lingers = false;
  /** Text of the crontab; undefined for none. */
  crontab: string | undefined = undefined;
  /** Programs that were run, without scripts of sh. */
  readonly calls: string[] = [];

  private constructor(readonly system: FakeSystem) {
    system.run = (command) => this.#run(command);
  }

  static async make(env: Record<string, string> = {}): Promise<Linux> {
    const linux = new Linux(await fakeSystem(env));
    linux.system.write("unpacked/sso-heal", "#!/bin/sh\necho 1.0\n");
    Deno.chmodSync(linux.self, 0o755);
    return linux;
  }

  get self(): string {
    return `${this.system.home}/unpacked/sso-heal`;
  }

  plan(options: Partial<InstallOptions> = {}): Promise<Planned> {
    const usual = { env: [], replace: false, forShow: false, self: this.self, command: "/opt/sso-heal install" };
    return planInstall(this.system, { ...usual, ...options });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.system[Symbol.asyncDispose]();
  }

  async #run(command: Command): Promise<Ran> {
    const { program, args, stdin } = command;
    const name = program.split("/").at(-1) ?? "";
    if (name !== "sh") this.calls.push([name, ...args].join(" "));
    const answer = (stdout: string, code = 0, stderr = ""): Ran => ({ code, stdout, stderr });
    switch (name) {
      case "id":
        return answer(`${args[0] === "-un" ? this.uid === 0 ? "root" : "alice" : this.uid}\n`);
      case "getent":
        return answer(`alice:x:${Deno.uid()}:${Deno.gid()}::${this.system.home}:/bin/sh\n`);
      case "crontab":
        if (args.at(-1) === "-l") {
          return this.crontab === undefined ? answer("", 1, "no crontab for alice") : answer(this.crontab);
        }
        this.crontab = args.at(-1) === "-r" ? undefined : stdin;
        return answer("");
      case "systemctl":
        return answer("", this.hasSystemd ? 1 : NO_SUCH_PROGRAM, "Failed to connect to bus: No medium found");
      case "loginctl":
        return answer(`Linger=${this.lingers ? "yes" : "no"}\n`);
      case "pgrep":
        return answer("1\n");
    }
    if (args[1] === "[ -d /run/systemd/system ]") return answer("", this.hasSystemd ? 0 : 1);
    if (args[1] === "command -v crontab") return answer("", this.hasCron ? 0 : 1);
    const { as: _, ...rest } = command;
    const real = args.map((word) => OF_MACHINE.test(word) ? this.system.home + word : word);
    return await runProgram({ ...rest, program, args: real });
  }
}
