// Links in our folders that lead elsewhere: a confined job would not find what they lead to.
import type { Bind } from "../domain/service.ts";
import type { OwnedFiles } from "./owned_files.ts";

/** Our folders, below the home; what is only read is bound for reading. */
export const FOLDERS = [".aws", ".config/sso-heal", ".local/state/sso-heal"] as const;
const READ_ONLY = ".config/sso-heal";

/** What a confined job does not see but for what is bound there; what is bound elsewhere must be there already. */
const HIDDEN = ["/home", "/root", "/run/user", "/tmp", "/var/tmp"];

/** For each link: where it lies, its real folder, what it says, what it leads to in the end; NUL between them. */
const SCRIPT = `find -H "$@" -maxdepth 4 -type l -exec sh -c '
for link; do real=$(readlink -f -- "$link") && [ -e "$real" ] && folder=$(cd -P -- "\${link%/*}" && pwd -P) &&
printf "%s\\0%s\\0%s\\0%s\\0" "$link" "$folder" "$(readlink -- "$link")" "$real"; done' sh {} + 2>/dev/null; :`;

/** What the links of the account lead to, beyond our folders; in a fixed order. */
export async function findBinds(files: OwnedFiles): Promise<readonly Bind[]> {
  const { home } = files.owner.account;
  const folders = FOLDERS.map((name) => `${home}/${name}`);
  const isHidden = (path: string) => [...HIDDEN, home].some((folder) => path.startsWith(`${folder}/`));
  const { stdout } = await files.run("/bin/sh", ["-c", SCRIPT, "sh", ...folders]);
  const words = stdout.split("\0").slice(0, -1);
  const binds = new Map<string, Bind>();
  for (let at = 0; at + 3 < words.length; at += 4) {
    const [link, folder, said, source] = words.slice(at, at + 4);
    if (folders.some((folder) => source.startsWith(`${folder}/`))) continue;
    // systemd, as root, makes what is missing of a target: only where nothing of the machine is.
    const named = placeOf(folder, said);
    const target = named !== undefined && isHidden(named) ? named : source;
    const writable = !link.startsWith(`${home}/${READ_ONLY}/`) || binds.get(target)?.writable === true;
    binds.set(target, { source, target, writable });
  }
  return [...binds.values()].sort((one, other) => one.target < other.target ? -1 : 1);
}

/**
 * The place that a link in `folder` (a real path) names; undefined where a `..` follows a name, because that name may be a
 * link, and the letters of the path say nothing then.
 */
function placeOf(folder: string, said: string): string | undefined {
  const words = said.split("/").filter((word) => word !== "" && word !== ".");
  const up = words.findIndex((word) => word !== "..");
  const names = up < 0 ? [] : words.slice(up);
  if (names.includes("..") || (said.startsWith("/") && up !== 0)) return undefined;
  if (said.startsWith("/")) return `/${names.join("/")}`;
  const parents = folder.split("/").filter((word) => word !== "");
  return `/${[...parents.slice(0, Math.max(0, parents.length - Math.max(up, 0))), ...names].join("/")}`;
}
