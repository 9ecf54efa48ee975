// A Mac that is not there, for the commands that manage its job: scripts of sh really run, on files below a temporary
// folder; the programs that only a Mac has answer as they do there.
import assert from "node:assert/strict";
import { UserError } from "../../../src/domain/problem.ts";
import type { Account, ServiceStatus } from "../../../src/domain/service.ts";
import { type InstallOptions, planInstall, type Planned } from "../../../src/heal/install.ts";
import { type Applied, applyPlan } from "../../../src/heal/apply_plan.ts";
import { uninstall, type Uninstalled } from "../../../src/heal/uninstall.ts";
import { readServiceStatus } from "../../../src/heal/service_status.ts";
import { writeHeartbeat } from "../../../src/store/journal.ts";
import { readServiceRecord, type ServiceRecord } from "../../../src/store/service_record.ts";
import { type Command, type Ran, runProgram } from "../../../src/system/run_program.ts";
import { type FakeSystem, fakeSystem } from "../../support/fake_system.ts";
import { modeOf } from "../../support/temporary_home.ts";
import { MacLaunchd } from "./mac_launchd.ts";

/** Whoever sits at the keyboard: alice herself, or root for her by `sudo`. */
export type Who = "alice" | "root";

/** The job of alice in a domain. */
export const JOB = "sso-heal.check.alice";
export const DAEMON_TEXT = `/Library/LaunchDaemons/${JOB}.plist`;
export const SHARED_BINARY = "/usr/local/bin/sso-heal";

export const agentText = ({ alice }: Mac) => `${alice.home}/Library/LaunchAgents/${JOB}.plist`;
export const ownBinary = ({ alice }: Mac) => `${alice.home}/.local/bin/sso-heal`;
export const recordPath = ({ alice }: Mac) => `${alice.home}/.local/state/sso-heal/service.json`;
export const stepsOf = ({ steps }: Planned) => steps.map((step) => step.do);

/** What lies outside every home, and so below the temporary folder. */
const OF_MACHINE = /^\/(Library|usr\/local)\//;
const OF_MACHINE_IN_TEXT = /(?<=^|[\s"'])\/(?:Library|usr\/local)\//g;

export class Mac implements AsyncDisposable {
  /** Who is at the screen; undefined at the login window. */
  atScreen: string | undefined = undefined;
  hasFileVault = false;
  isSigned = true;
  /** Paths that a browser has marked. */
  readonly quarantined = new Set<string>();
  /** Every program that was run, without its folder; of a shell only `sh`. */
  readonly calls: string[] = [];
  /** What root did to files of the home without becoming alice. */
  readonly trespasses: string[] = [];
  readonly launchd: MacLaunchd;
  readonly alice: Account;
  /** The program as it was downloaded. */
  readonly self: string;

  private constructor(readonly base: FakeSystem) {
    this.alice = { name: "alice", uid: 501, gid: 20, home: `${base.home}/Users/Alice Smith` };
    this.self = `${this.alice.home}/Downloads/sso-heal`;
    this.launchd = new MacLaunchd({
      now: () => base.clock,
      look: (path) => {
        const text = this.read(path);
        return text === undefined ? undefined : { text, mode: parseInt(this.mode(path), 8) };
      },
      isFolder: (path) => this.has(path),
      beat: (outcome) =>
        writeHeartbeat(this.alice.home, {
          ...{ at: base.clock, scheduledAt: base.clock, outcome, exitCode: 0, pid: 1, version: "1" },
        }),
    });
    base.duringSleep = () => this.launchd.tick();
  }

  /** Nobody has logged in there yet; the program is in the downloads of alice. */
  static async make(): Promise<Mac> {
    const mac = new Mac(await fakeSystem());
    mac.download("sso-heal 1.0");
    return mac;
  }

  /** One at whose screen alice is. */
  static async desktop(): Promise<Mac> {
    const mac = await Mac.make();
    mac.logIn();
    return mac;
  }

  /** Puts a program there that calls itself so. */
  download(version: string): void {
    this.write(this.self, `#!/bin/sh\necho "${version}"\n`, 0o755);
  }

  /** alice logs in at the screen, and what comes with it. */
  logIn(): void {
    this.atScreen = "alice";
    for (const domain of ["gui/501", "user/501"]) this.launchd.domains.add(domain);
  }

  /** alice comes by ssh: then she has a session in the background. */
  logInBySsh(): void {
    this.launchd.domains.add("user/501");
  }

  system(who: Who): FakeSystem {
    const { base, alice } = this;
    const home = who === "alice" ? alice.home : `${base.home}/var/root`;
    const env = who === "alice" ? {} : { SUDO_USER: "alice" };
    const run = (command: Command) => this.#run(who, command);
    return { ...base, home, cwd: home, env, host: "mini", user: who, os: "darwin", run };
  }

  plan(who: Who, options: Partial<InstallOptions> = {}): Promise<Planned> {
    const command = `${this.self} install`;
    const usual = { env: [], replace: false, forShow: false, self: this.self, command };
    return planInstall(this.system(who), { ...usual, ...options });
  }

  /** `sso-heal install`: the plan, and what came of it. */
  async install(who: Who, options: Partial<InstallOptions> = {}): Promise<Applied & { readonly planned: Planned }> {
    const planned = await this.plan(who, options);
    return { ...await applyPlan(this.system(who), planned), planned };
  }

  uninstall(who: Who, more: { purge?: boolean; dryRun?: boolean } = {}): Promise<Uninstalled> {
    return uninstall(this.system(who), { purge: false, dryRun: false, command: "sso-heal uninstall", ...more });
  }

  get record(): ServiceRecord | undefined {
    return readServiceRecord(this.alice.home);
  }

  /** What `status` of alice says of the job. */
  async status(): Promise<ServiceStatus> {
    assert.ok(this.record, "there is no record of a job");
    return await readServiceStatus(this.system("alice"), this.record);
  }

  /** That `work` fails with such words and leaves everything as it was; gives its hints. */
  async mustFail(work: () => Promise<unknown>, message: RegExp): Promise<readonly string[]> {
    const before = [this.files(), this.launchd.loaded];
    const error = await work().then(() => undefined, (error) => error);
    assert.ok(error instanceof UserError, `no UserError, but ${error?.stack}`);
    assert.match(error.message, message);
    assert.deepEqual([this.files(), this.launchd.loaded], before);
    return error.hints;
  }

  /** Paths of files that are not as they were `before`. */
  changesSince(before: Readonly<Record<string, string>>): readonly string[] {
    const now = this.files();
    return Object.keys({ ...before, ...now }).filter((path) => before[path] !== now[path]).sort();
  }

  /** Every file of the machine and of the home, with its mode and text; but not what the checks wrote. */
  files(): Readonly<Record<string, string>> {
    const found: Record<string, string> = {};
    const visit = (folder: string) => {
      for (const { name, isDirectory } of Deno.readDirSync(folder)) {
        const path = `${folder}/${name}`;
        if (isDirectory) visit(path);
        else if (name !== "heartbeat") {
          found[this.#shown(path)] = `${modeOf(path)} ${Deno.readTextFileSync(path)}`;
        }
      }
    };
    visit(this.base.home);
    return found;
  }

  read(path: string): string | undefined {
    try {
      return Deno.readTextFileSync(this.#real(path));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  mode(path: string): string {
    return modeOf(this.#real(path));
  }

  has(path: string): boolean {
    try {
      return Deno.lstatSync(this.#real(path)) !== undefined;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }

  write(path: string, text: string, mode = 0o644): void {
    const real = this.#real(path);
    Deno.mkdirSync(real.slice(0, real.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(real, text);
    Deno.chmodSync(real, mode);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.base[Symbol.asyncDispose]();
  }

  #real(path: string): string {
    return OF_MACHINE.test(path) ? this.base.home + path : path;
  }

  #shown(text: string): string {
    return text.replaceAll(`${this.base.home}/Library/`, "/Library/").replaceAll(`${this.base.home}/usr/`, "/usr/");
  }

  async #run(who: Who, command: Command): Promise<Ran> {
    const { program, args } = command;
    const name = program.split("/").at(-1) ?? "";
    const isRoot = who === "root" && command.as === undefined;
    this.calls.push([name, ...name === "sh" ? [] : args].join(" "));
    switch (name) {
      case "id":
        return this.#id(who, args);
      case "dscl":
        return { code: 0, stdout: `NFSHomeDirectory:\n ${this.alice.home}\n`, stderr: "" };
      case "stat":
        return this.#stat(args);
      case "launchctl":
        return this.launchd.launchctl(args, isRoot);
      case "plutil":
        return { code: 0, stdout: "", stderr: "" };
      case "xattr":
        return this.#xattr(args);
      case "codesign":
        return { code: this.isSigned ? 0 : 1, stdout: "", stderr: this.isSigned ? "" : "invalid signature" };
      case "fdesetup":
        return { code: 0, stdout: `FileVault is ${this.hasFileVault ? "On" : "Off"}.\n`, stderr: "" };
      case "crontab":
        return { code: 1, stdout: "", stderr: "crontab: no crontab for alice" };
    }
    if (isRoot) this.#watch(args);
    // macOS kills what is not to be trusted before its first line; of the download a person has said that it may run.
    if (this.quarantined.has(program) && program !== this.self) return { code: 137, stdout: "", stderr: "" };
    const { as: _, ...rest } = command;
    // A text that is searched for stands in the files as the Mac has it.
    const isSearch = name === "sh" && args[1].startsWith("grep ");
    const real = args.map((word, at) =>
      isSearch && at > 1 ? word : this.#real(word).replace(OF_MACHINE_IN_TEXT, this.base.home + "$&")
    );
    const ran = await runProgram({ ...rest, program: this.#real(program), args: real });
    if (/cp -- /.test(args[1]) && this.quarantined.has(args[3])) this.quarantined.add(args[4]);
    return { ...ran, stdout: this.#shown(ran.stdout), stderr: this.#shown(ran.stderr) };
  }

  /** Root may read the program that runs, and nothing else in the home. */
  #watch(args: readonly string[]): void {
    const foreign = args.filter((word) => word.startsWith(this.alice.home) && word !== this.self);
    this.trespasses.push(...foreign);
  }

  #id(who: Who, [option, name = who]: readonly string[]): Ran {
    const ids = name === "alice"
      ? { "-u": "501", "-g": "20", "-un": "alice" }
      : { "-u": "0", "-g": "0", "-un": "root" };
    return { code: 0, stdout: `${ids[option as keyof typeof ids]}\n`, stderr: "" };
  }

  #stat([, format, path]: readonly string[]): Ran {
    if (path === "/dev/console") return { code: 0, stdout: `${this.atScreen ?? "root"}\n`, stderr: "" };
    if (!this.has(path)) return { code: 1, stdout: "", stderr: `stat: ${path}: No such file or directory` };
    const owner = OF_MACHINE.test(path) ? "root" : "alice";
    return { code: 0, stdout: format.replace("%Su", owner).replace("%Lp", this.mode(path).slice(1)), stderr: "" };
  }

  #xattr([option, , path]: readonly string[]): Ran {
    if (!this.quarantined.has(path)) return { code: 1, stdout: "", stderr: `xattr: ${path}: No such xattr` };
    if (option === "-d") this.quarantined.delete(path);
    return { code: 0, stdout: "0081;00000000;Safari;\n", stderr: "" };
  }
}
