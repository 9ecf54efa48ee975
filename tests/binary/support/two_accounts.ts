// Calls that must fail kindly, by two accounts of a machine that is thrown away with the call.
import assert from "node:assert/strict";
import { BINARY, type Ended } from "./home.ts";
import { said } from "./scene.ts";

export interface Call {
  /** What is typed behind `sso-heal`. */
  readonly line: string;
  readonly says: RegExp;
  /** Exit code; of failures 1 unless given. */
  readonly code?: number;
}

/** What an installation that was taken back says last. */
const TAKEN_BACK = "  → everything is as it was before\n";
/** An installation is shown before it is tried. */
const SHOWN = /^(Every \d+ min a check for [^]*\n\n)?$/;

/** One sentence that begins with the name of the program, and at least one way out below it; nothing else. */
export function assertKind(ended: Ended, { says, code }: Call): void {
  assert.equal(ended.code, code, said(ended));
  assert.match(ended.out, SHOWN, said(ended));
  assert.match(ended.err.replace(TAKEN_BACK, ""), /^sso-heal: [A-Z][^\n]*\n( {2}→ [^\n]+\n)+$/, said(ended));
  assert.doesNotMatch(
    ended.err,
    /Unexpected failure|a bug|os error|exit code|not everything|undefined|NaN|\[object/,
    said(ended),
  );
  assert.match(ended.err, says, said(ended));
}

export interface PlacedCall extends Call {
  /** The place that is told by `place`. */
  readonly name: string;
  readonly as: "alice" | "root";
  /** Shell commands of root that make the place what it is; `$HOME` is the home of alice. */
  readonly place?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * A machine for one call, in a mount name space of its own: no systemd, no program installed, and two accounts: alice
 * (4242) with this home, bob without one. Exit code 99: something was changed, and standard error says what.
 */
const SCRIPT = `set -eu
grep -v -e ^alice: -e ^bob: /etc/passwd > "$SCRATCH/passwd"
printf 'alice:x:4242:4242::%s:/bin/sh\\nbob:x:4243:4243::/home/nowhere:/bin/sh\\n' "$HOME" >> "$SCRATCH/passwd"
mount --bind "$SCRATCH/passwd" /etc/passwd
for folder in /run /srv /usr/local/bin /etc/systemd/system /var/spool/cron/crontabs; do
  [ ! -d "$folder" ] || mount -t tmpfs -o mode=755 none "$folder"
done
chgrp crontab /var/spool/cron/crontabs
chmod 1730 /var/spool/cron/crontabs
touch /srv/sso-heal
mount --bind "$BINARY" /srv/sso-heal
chown 4242:4242 "$HOME"
eval "$PLACE"
list() {
  find "$HOME" /usr/local/bin /etc/systemd/system /var/spool/cron/crontabs -printf '%p %y %U %m %l ' \\
    \\( -type f -exec sha256sum {} \\; -o -printf '\\n' \\) | sort
}
before=$(list)
code=0
cd /
if [ "$AS" = root ]; then HOME=/srv; else become="setpriv --reuid=4242 --regid=4242 --clear-groups"; fi
env -i HOME="$HOME" PATH=/usr/bin:/bin \${become:-} env "$@" </dev/null || code=$?
HOME=$ALICE
diff <(echo "$before") <(list) >&2 || code=99
exit $code`;

export async function callAs({ as, line, place = "", env = {} }: PlacedCall): Promise<Ended> {
  const scratch = await Deno.makeTempDir({ prefix: "sso-heal-calls-" });
  try {
    const home = `${scratch}/home`;
    Deno.mkdirSync(home);
    Deno.chmodSync(scratch, 0o755);
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const { code, stdout, stderr } = await new Deno.Command("unshare", {
      args: ["--mount", "bash", "-c", SCRIPT, "bash", ...variables, "/srv/sso-heal", ...line.split(" ")],
      clearEnv: true,
      env: {
        PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
        HOME: home,
        ALICE: home,
        SCRATCH: scratch,
        BINARY,
        AS: as,
        PLACE: place,
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).output();
    const decoder = new TextDecoder();
    return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}
