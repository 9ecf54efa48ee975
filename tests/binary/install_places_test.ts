// Places, accounts and neighbours with which the job cannot be: the commands around it say so in one sentence with the
// way out, and change nothing.
import { needsMachine } from "../service/support/machine.ts";
import { needs } from "./support/requirement.ts";
import { sideBySide } from "./support/side_by_side.ts";
import { assertKind, callAs, type PlacedCall } from "./support/two_accounts.ts";

const DAMAGED_TABLE = "printf '# BEGIN sso-heal (of somebody)\\n5 4 * * * true\\n' | crontab -u alice -";
const FORMER_TABLE = "echo '*/10 * * * * ~/bin/sso-refresh.sh' | crontab -u alice -";
const FOLDERS = ".aws .config/sso-heal .local/state/sso-heal/log .local/bin";
const makeFolders = `cd "$HOME"; mkdir -p ${FOLDERS}; chown -R 4242:4242 .; cd /`;
const isMissing = (home: string) => new RegExp(`home directory "${home}": it does not exist`);

const FAILURES: readonly PlacedCall[] = [
  // For whom?
  { name: "root for nobody", as: "root", line: "install", says: /root is asking, for nobody[^]*install --user NAME/ },
  { name: "root for nobody", as: "root", line: "uninstall", says: /root is asking, for nobody[^]*--user root/ },
  { name: "an unknown account", as: "root", line: "install --user nosuch", says: /Cannot find the account "nosuch"/ },
  { name: "an unknown account", as: "root", line: "uninstall --user nosuch", says: /Cannot find the account "nosuch"/ },
  { name: "an account like an option", as: "root", line: "install --user=--all", says: /Cannot find the account/ },
  {
    name: "another account",
    as: "alice",
    line: "install --user bob",
    says: /you are alice\n.*run: sudo \S+ install --user bob\n/,
  },
  { name: "root's account", as: "alice", line: "install --user root", says: /run: sudo \S+ install --user root/ },
  { name: "another account", as: "alice", line: "uninstall --user bob", says: /run: sudo \S+ uninstall --user bob/ },
  {
    name: "an account without a home",
    as: "root",
    line: "install --user bob --manager cron",
    says: /bob.*"\/home\/nowhere" does not exist/,
  },
  // By whom?
  {
    name: "the machine where only cron is",
    as: "alice",
    line: "install --scope system",
    code: 2,
    says: /Cannot use cron for the machine.*\n.*leave out --scope system/,
  },
  { name: "launchd", as: "root", line: "install --user alice --manager launchd", says: /launchd.*\n.*systemd or cron/ },
  { name: "launchd", as: "alice", line: "install --manager launchd", says: /launchd.*\n.*systemd or cron/ },
  {
    name: "systemd where it does not run",
    as: "root",
    line: "install --user alice --manager systemd",
    says: /systemd: it does not run here\n.*--manager cron\n/,
  },
  {
    name: "systemd where it does not run",
    as: "alice",
    line: "install --manager systemd",
    says: /systemd: it does not run here\n.*--manager cron\n/,
  },
  {
    name: "neither systemd nor cron",
    as: "alice",
    line: "install",
    place: "mount --bind /dev/null /usr/bin/crontab",
    says: /neither systemd nor cron\n.*sso-heal run --every 10m\n/,
  },
  {
    name: "an account that cron refuses",
    as: "alice",
    line: "install",
    place:
      `${makeFolders}; mount -t tmpfs none /mnt; echo alice > /mnt/deny; touch /etc/cron.deny; mount --bind /mnt/deny /etc/cron.deny`,
    says: /not allowed.*\n.*ask root/,
  },
  // With what?
  { name: "a variable that is not set", as: "alice", line: "install --env NOPE", says: /"NOPE": it is not set here/ },
  { name: "a bad name that is not set", as: "alice", line: "install --env A-B", says: /"A-B": that is no name of one/ },
  {
    name: "a bad name of a variable",
    as: "alice",
    line: "install --env A-B",
    env: { "A-B": "1" },
    says: /"A-B": that is no name of one/,
  },
  {
    name: "a variable of two lines",
    as: "alice",
    line: "install --env MOTTO",
    env: { MOTTO: "one\ntwo" },
    says: /MOTTO: its value holds a line break/,
  },
  // Where?
  {
    name: "a home that does not exist",
    as: "alice",
    line: "install",
    env: { HOME: "/nowhere" },
    says: isMissing("/nowhere"),
  },
  {
    name: "a home that does not exist",
    as: "alice",
    line: "run",
    env: { HOME: "/nowhere" },
    says: isMissing("/nowhere"),
  },
  {
    name: "a home that does not exist",
    as: "alice",
    line: "logs",
    env: { HOME: "/nowhere" },
    says: isMissing("/nowhere"),
  },
  {
    name: "a home that does not exist",
    as: "alice",
    line: "status",
    env: { HOME: "/nowhere" },
    says: isMissing("/nowhere"),
  },
  {
    name: "a home that is locked",
    as: "alice",
    line: "install",
    place: 'chmod 500 "$HOME"',
    says: /Permission denied/,
  },
  {
    name: "a home that is read-only",
    as: "alice",
    line: "install",
    place: `mount --bind -o ro "$HOME" "$HOME"`,
    says: /Read-only file system/,
  },
  {
    name: "a home that is read-only",
    as: "root",
    line: "install --user alice --manager cron",
    place: `mount --bind -o ro "$HOME" "$HOME"`,
    says: /Read-only file system/,
  },
  {
    name: "a home without room for the program",
    as: "alice",
    line: "install",
    place: 'mount -t tmpfs -o size=40m,uid=4242 none "$HOME"',
    says: /No space left on device/,
  },
  {
    name: "a home without any room",
    as: "alice",
    line: "install",
    place: `mount -t tmpfs -o size=64k,uid=4242 none "$HOME"; dd if=/dev/zero of="$HOME/filler" 2>/dev/null || :`,
    says: /No space left on device/,
  },
  {
    name: "a machine without room for the program",
    as: "root",
    line: "install --user alice --manager cron",
    place: `${makeFolders}; mount -t tmpfs -o size=1m none /usr/local/bin`,
    says: /No space left on device/,
  },
  {
    name: "/usr/local/bin that is read-only",
    as: "root",
    line: "install --user alice --manager cron",
    place: `${makeFolders}; mount -o remount,ro /usr/local/bin`,
    says: /Read-only file system/,
  },
  {
    name: "a stable place that is a link",
    as: "alice",
    line: "install",
    place: `${makeFolders}; ln -s /bin/true "$HOME/.local/bin/sso-heal"`,
    says: /it is a link, made by a package manager perhaps/,
  },
  {
    name: "a stable place that is a link to nothing",
    as: "root",
    line: "install --user alice",
    place: "ln -s /nowhere /usr/local/bin/sso-heal",
    says: /it is a link/,
  },
  {
    name: "a stable place that is a folder",
    as: "alice",
    line: "install",
    place: `${makeFolders}; mkdir "$HOME/.local/bin/sso-heal"`,
    says: /a folder is there\n.*mv /,
  },
  {
    name: "a file in the place of ~/.local/bin",
    as: "alice",
    line: "install",
    place: `${makeFolders}; rmdir "$HOME/.local/bin"; touch "$HOME/.local/bin"`,
    says: /\.local\/bin/,
  },
  {
    name: "a state folder of somebody else",
    as: "alice",
    line: "install",
    place: `${makeFolders}; chown 0 "$HOME/.local/state/sso-heal"`,
    says: /another account|Permission denied/,
  },
  {
    name: "a config that cannot be read",
    as: "alice",
    line: "install",
    place: `${makeFolders}; cd "$HOME/.config/sso-heal"; touch config.ini; chmod 0 config.ini; cd /`,
    says: /config\.ini/,
  },
  // Beside what?
  {
    name: "a unit of somebody else",
    as: "root",
    line: "install --user alice --manager systemd",
    place: "mkdir -p /run/systemd/system; echo '[Timer]' > /etc/systemd/system/sso-heal-alice.timer",
    says: /sso-heal-alice\.timer": the file that is there was not written by sso-heal\n.*mv /,
  },
  {
    name: "a block of somebody else",
    as: "alice",
    line: "install",
    place: DAMAGED_TABLE,
    says: /crontab.*\n.*crontab -e/,
  },
  {
    name: "a block of somebody else",
    as: "alice",
    line: "uninstall",
    place: DAMAGED_TABLE,
    says: /crontab.*\n.*crontab -e/,
  },
  {
    name: "the line of an older script",
    as: "alice",
    line: "install",
    place: FORMER_TABLE,
    says: /older script.*\n.*add --replace/,
  },
  {
    name: "variables of somebody else",
    as: "alice",
    line: "install --env MY_TOKEN",
    env: { MY_TOKEN: "secret" },
    place: `${makeFolders}; echo A=1 > "$HOME/.config/sso-heal/env"`,
    says: /sso-heal\/env": the file that is there was not written by sso-heal/,
  },
  // Of what?
  {
    name: "a log that is a folder",
    as: "alice",
    line: "logs",
    place: `mkdir -p "$HOME/.local/state/sso-heal/log/sso-heal.log"`,
    says: /sso-heal\.log/,
  },
  {
    name: "a log that is a folder",
    as: "alice",
    line: "logs --follow",
    place: `mkdir -p "$HOME/.local/state/sso-heal/log/sso-heal.log"`,
    says: /sso-heal\.log/,
  },
  {
    name: "a log of somebody else",
    as: "alice",
    line: "logs",
    place:
      `cd "$HOME"; mkdir -p .local/state/sso-heal/log; cd .local/state/sso-heal/log; touch sso-heal.log; chmod 600 *; cd /`,
    says: /sso-heal\.log/,
  },
];

Deno.test({
  name: "a call around the job that cannot work says why and what helps, and changes nothing",
  ignore: needsMachine("calls by two accounts").ignore || needs("calls by two accounts", "crontab").ignore,
  async fn(t) {
    const rows = FAILURES.map((call) => ({ code: 1, ...call, name: `${call.as}: ${call.line}: ${call.name}` }));
    await sideBySide(t, rows, async (call) => assertKind(await callAs(call), call));
  },
});
