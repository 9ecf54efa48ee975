// launchd of a Mac that is not there: domains, jobs and exit codes as macOS gives them, on the clock of a test.
import type { Ran } from "../../../src/system/run_program.ts";

/** How the runs of a job go. */
export interface Fate {
  /** So long a run takes. */
  readonly ms: number;
  readonly exitCode: number;
  /** The outcome in its heartbeat; undefined for a run that leaves none. */
  readonly outcome?: string;
}

/** What launchd reads out of the text of a job. */
interface Job {
  readonly program: string;
  readonly folders: readonly string[];
  readonly minutes: readonly string[];
  runs: number;
  end?: number;
  endsAt?: number;
}

/** What launchd is told by the rest of the Mac. */
export interface Ground {
  now(): number;
  /** Text and permission bits of a file of the machine; undefined when there is none. */
  look(path: string): { readonly text: string; readonly mode: number } | undefined;
  isFolder: (path: string) => boolean;
  /** A run has come to its end with a heartbeat. */
  beat(outcome: string): void;
}

const NOT_THERE = 'Could not find service "sso-heal.check.alice" in domain for port';

export class MacLaunchd {
  readonly domains = new Set(["system"]);
  readonly disabled = new Set<string>();
  /** Answers of the next calls of `bootstrap`, in place of what would really happen. */
  readonly refusals: number[] = [];
  /** Fates of the next runs; the last one is that of all others. */
  fates: Fate[] = [{ ms: 1_000, exitCode: 0, outcome: "healthy" }];
  readonly #jobs = new Map<string, Job>();

  constructor(readonly ground: Ground) {}

  /** `DOMAIN/LABEL` of every job that is loaded. */
  get loaded(): readonly string[] {
    return [...this.#jobs.keys()].sort();
  }

  /** How often the loaded jobs were started. */
  get runs(): number {
    return [...this.#jobs.values()].reduce((sum, { runs }) => sum + runs, 0);
  }

  /** Moves a job as a login or its end does. */
  move(from: string, to: string): void {
    const job = this.#jobs.get(from);
    if (job === undefined) throw new Error(`${from} is not loaded`);
    this.#jobs.delete(from);
    this.#jobs.set(to, job);
  }

  /** Ends the runs whose time has come. */
  tick(): void {
    for (const job of this.#jobs.values()) {
      if (job.endsAt === undefined || job.endsAt > this.ground.now()) continue;
      job.endsAt = undefined;
      const [{ exitCode, outcome }] = this.fates;
      if (this.fates.length > 1) this.fates.shift();
      job.end = exitCode;
      if (outcome !== undefined) this.ground.beat(outcome);
    }
  }

  launchctl(args: readonly string[], isRoot: boolean): Ran {
    const [verb, target, path] = args;
    const domain = target.split("/").slice(0, target.startsWith("system") ? 1 : 2).join("/");
    const job = this.#jobs.get(target);
    if (!isRoot && domain === "system" && !verb.startsWith("print")) return no(1, "Operation not permitted");
    switch (verb) {
      case "enable":
        this.disabled.delete(target);
        return yes();
      case "print-disabled":
        return yes([...this.disabled].map((name) => `\t"${name.split("/").at(-1)}" => disabled\n`).join(""));
      case "print":
        if (!this.domains.has(domain)) return no(125, "Domain does not support specified action");
        if (target === domain) return yes(`${domain} = {\n}\n`);
        return job === undefined ? no(113, NOT_THERE) : yes(printed(job));
      case "bootout":
        if (!this.domains.has(domain)) return no(125, "Domain does not support specified action");
        if (job === undefined) return no(3, "Boot-out failed: 3: No such process");
        this.#jobs.delete(target);
        return yes();
      case "bootstrap":
        return this.#bootstrap(domain, path);
      case "kickstart":
        if (job === undefined) return no(113, NOT_THERE);
        return this.#start(job) ? yes() : no(37, "Operation already in progress");
    }
    throw new Error(`launchctl knows no ${verb}`);
  }

  #bootstrap(domain: string, path: string): Ran {
    const refusal = this.refusals.shift() ?? this.#refusal(domain, path);
    if (refusal !== 0) {
      return no(refusal, `Bootstrap failed: ${refusal}: ${refusal === 5 ? "Input/output error" : "?"}`);
    }
    const job = jobOf(this.ground.look(path)?.text ?? "");
    this.#jobs.set(`${domain}/sso-heal.check.alice`, job);
    this.#start(job);
    return yes();
  }

  #refusal(domain: string, path: string): number {
    const file = this.ground.look(path);
    const name = `${domain}/sso-heal.check.alice`;
    if (!this.domains.has(domain)) return 125;
    if (this.disabled.has(name)) return 119;
    const isGood = file !== undefined && (file.mode & 0o022) === 0 && file.text.endsWith("</plist>\n");
    return isGood && !this.#jobs.has(name) ? 0 : 5;
  }

  /** False for one that runs. One that cannot be started ends at once. */
  #start(job: Job): boolean {
    if (job.endsAt !== undefined) return false;
    job.runs++;
    const isPossible = (this.ground.look(job.program)?.mode ?? 0) & 0o100 &&
      job.folders.every((folder) => this.ground.isFolder(folder));
    if (isPossible) job.endsAt = this.ground.now() + this.fates[0].ms;
    else job.end = 78;
    return true;
  }
}

function jobOf(text: string): Job {
  const after = (key: string) =>
    new RegExp(`<key>${key}</key>\\s*(?:<array>\\s*)?<string>(.*?)</string>`).exec(text)?.[1];
  const errors = after("StandardErrorPath") ?? "";
  return {
    program: after("ProgramArguments") ?? "",
    folders: [after("WorkingDirectory") ?? "", errors.slice(0, errors.lastIndexOf("/"))],
    minutes: [...text.matchAll(/<key>Minute<\/key><integer>(\d+)</g)].map(([, minute]) => minute),
    runs: 0,
  };
}

function printed({ minutes, end, endsAt }: Job): string {
  return `job = {\n\tstate = ${endsAt === undefined ? "not running" : "running"}\n` +
    `\tlast exit code = ${end ?? "(never exited)"}\n\tevent triggers = {\n` +
    minutes.map((minute) => `\t\t"Minute" => ${minute}\n`).join("") + "\t}\n}\n";
}

function yes(stdout = ""): Ran {
  return { code: 0, stdout, stderr: "" };
}

function no(code: number, stderr: string): Ran {
  return { code, stdout: "", stderr };
}
