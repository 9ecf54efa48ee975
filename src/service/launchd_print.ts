// Reads what `launchctl print` says. Apple calls its text no interface: what is not found is left out, never guessed.
// Seen on macOS 13 to 26.

/** What launchd says about one job; what it does not say is absent. */
export interface Printed {
  readonly running: boolean;
  /** `success`, `exit-code 78`, `signal 9`; absent before the first end. */
  readonly lastResult?: string;
  /** Minutes of the hour, in local time, at which it starts the job. */
  readonly minutes: readonly number[];
}

/** Reads the answer to `launchctl print DOMAIN/LABEL`. */
export function readPrinted(text: string): Printed {
  // The first of each name is that of the job; those of its parts come later.
  const state = /^\s*state = (.+?)\s*$/m.exec(text)?.[1];
  return { running: state === "running", lastResult: lastResult(text), minutes: minutes(text) };
}

/** A death by a signal has a line of its own, and then the one of the exit code may say 0 or be missing. */
function lastResult(text: string): string | undefined {
  const signal = /^\s*last terminating signal = .*?(\d+)\s*$/m.exec(text)?.[1];
  if (signal !== undefined) return `signal ${signal}`;
  // Also `78: EX_CONFIG`; before the first end it is `(never exited)`.
  const code = /^\s*last exit code = (\d+)/m.exec(text)?.[1];
  if (code === undefined) return undefined;
  return code === "0" ? "success" : `exit-code ${code}`;
}

/** launchd knows no next start, but repeats the schedule: `"Minute" => 3` in each descriptor of the triggers. */
function minutes(text: string): readonly number[] {
  const triggers = text.split(/^\s*event triggers = \{/m)[1] ?? "";
  return [...triggers.matchAll(/^\s*"?Minute"? => (\d+)\s*$/gm)].map(([, minute]) => Number(minute));
}

/** Whether `launchctl print-disabled DOMAIN` names the job as switched off; `=> true` is how older releases say it. */
export function isDisabled(text: string, label: string): boolean {
  return text.split("\n").some((line) => {
    const [name, value] = line.trim().split(" => ");
    return name === `"${label}"` && (value === "disabled" || value === "true");
  });
}

/**
 * The next moment (epoch milliseconds) that is at one of `minutes` of the hour; undefined without any. launchd goes by
 * local time: some zones are half an hour apart from the others.
 */
export function nextMoment(minutes: readonly number[], now: number): number | undefined {
  if (minutes.length === 0) return undefined;
  const present = new Date(now).getMinutes();
  const ahead = minutes.map((minute) => (minute - present + 59) % 60 + 1);
  return (Math.floor(now / 60_000) + Math.min(...ahead)) * 60_000;
}
