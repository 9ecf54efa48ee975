// How a fault is named: where it is and what it is.
import type { Fault } from "../domain/report.ts";
import { clean } from "./cells.ts";
import type { Screen } from "./screen.ts";

/** A path with the home as `~`. */
export function shownPath(path: string, home: string): string {
  return clean(path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path);
}

/** "~/.aws/config:12: message", as far as file and line are known. */
export function faultText(fault: Fault, screen: Pick<Screen, "home">): string {
  if (fault.file === undefined) return clean(fault.message);
  const line = fault.line === undefined ? "" : `:${fault.line}`;
  return `${shownPath(fault.file, screen.home)}${line}: ${clean(fault.message)}`;
}
