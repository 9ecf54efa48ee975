// Links in our folders that lead elsewhere: a confined job would not find what they lead to.
import type { Bind } from "../domain/service.ts";
import type { OwnedFiles } from "./owned_files.ts";

/** Our folders, below the home; what is only read is bound for reading. */
export const FOLDERS = [".aws", ".config/sso-heal", ".local/state/sso-heal"] as const;
const READ_ONLY = ".config/sso-heal";

/** For each link: where it lies, what it says, what it leads to in the end; NUL between them. */
const SCRIPT = `find -H "$@" -maxdepth 4 -type l -exec sh -c '
for link; do real=$(readlink -f -- "$link") && [ -e "$real" ] &&
printf "%s\\0%s\\0%s\\0" "$link" "$(readlink -- "$link")" "$real"; done' sh {} + 2>/dev/null; :`;

/** What the links of the account lead to, beyond our folders; in a fixed order. */
export async function findBinds(files: OwnedFiles): Promise<readonly Bind[]> {
  const { home } = files.owner.account;
  const folders = FOLDERS.map((name) => `${home}/${name}`);
  const { stdout } = await files.run("/bin/sh", ["-c", SCRIPT, "sh", ...folders]);
  const words = stdout.split("\0").slice(0, -1);
  const binds = new Map<string, Bind>();
  for (let at = 0; at + 2 < words.length; at += 3) {
    const [link, said, source] = words.slice(at, at + 3);
    if (folders.some((folder) => source.startsWith(`${folder}/`))) continue;
    const target = normal(said.startsWith("/") ? said : `${link.slice(0, link.lastIndexOf("/"))}/${said}`);
    const writable = !link.startsWith(`${home}/${READ_ONLY}/`) || binds.get(target)?.writable === true;
    binds.set(target, { source, target, writable });
  }
  return [...binds.values()].sort((one, other) => one.target < other.target ? -1 : 1);
}

/** Without `.` and `..`, by the letters of the path alone: what it leads to is not to be there. */
function normal(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}
