#!/bin/bash
# Boots the systemd of this machine as PID 1 of name spaces of its own, over a copy of its files that lives in memory.
#
# Usage: boot.sh UNITS NAME UID. Prints the process id of that systemd; for each line of input it switches the machine off
# and boots it again with the same files. All of it ends with standard input, so also when the test dies. UNITS are those
# to leave out, NAME and UID the account to make. Needs root.
set -euo pipefail

if [ "${1:-}" != inside ]; then
  place=$(mktemp -d /tmp/sso-heal-machine-XXXXXX)
  mounted=
  group=
  machine=
  switch_off() {
    [ -n "$machine" ] || return 0
    kill -KILL "$machine" 2>/dev/null || true
    wait "$machine" 2>/dev/null || true
    machine=
  }
  finish() {
    switch_off
    ! mountpoint -q "$place/disk" || umount -l "$place/disk"
    if [ -n "$group" ]; then
      # The groups of the machine can go when the kernel has ended its last process.
      for _ in $(seq 100); do
        find "$group" -depth -type d -exec rmdir {} \; 2>/dev/null || true
        [ -d "$group" ] || break
        sleep 0.02
      done
    fi
    [ -z "$mounted" ] || umount "$place/cgroup"
    rm -rf --one-file-system "$place"
  }
  trap finish EXIT
  trap 'exit 1' TERM INT HUP

  cgroups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
  if [ -z "$cgroups" ] || [ ! -w "$cgroups" ]; then
    cgroups=$place/cgroup
    mkdir "$cgroups"
    mount -t cgroup2 cgroup2 "$cgroups"
    mounted=yes
  fi
  # A group of its own before the name space: otherwise it would manage the groups of this machine.
  group=$cgroups/sso-heal-machine-$$
  mkdir "$group"
  # Its disk outlives a boot.
  mkdir "$place/disk"
  mount -t tmpfs -o mode=755 tmpfs "$place/disk"
  switch_on() {
    (
      echo "$BASHPID" >"$group/cgroup.procs"
      exec unshare --mount --pid --net --uts --ipc --cgroup --fork --kill-child "$0" inside "$place/disk" "$@"
    ) >&2 &
    machine=$!
    first=
    for _ in $(seq 500); do
      read -r first <"/proc/$machine/task/$machine/children" || true
      [ -z "$first" ] || break
      sleep 0.01
    done
    echo "$first"
  }
  switch_on "$@"
  while read -r _; do
    switch_off
    switch_on "$@"
  done
  exit
fi

place=$2 units=$3 name=$4 uid=$5
mount --make-rprivate /
fresh=
[ -d "$place/upper" ] || fresh=yes
mkdir -p "$place"/{upper,work,root}
mount -t overlay -o "lowerdir=/,upperdir=$place/upper,workdir=$place/work" overlay "$place/root"
root=$place/root
own=$root/etc/systemd/system
mkdir -p "$own"
if [ -n "$fresh" ]; then
# Nothing that would reach for the hardware, the clock or the net, and no timer but those of the test.
for unit in $units; do ln -sfn /dev/null "$own/$unit"; done
rm -rf "$own"/{timers,multi-user}.target.wants "$root/var/log/journal" "$root/var/lib/systemd"/{linger,timers}
# The manager of an account ends with its last login, not ten seconds later.
mkdir -p "$root/etc/systemd/logind.conf.d"
printf '[Login]\nUserStopDelaySec=0\n' >"$root/etc/systemd/logind.conf.d/test.conf"
: >"$root/etc/fstab"
tr -d - </proc/sys/kernel/random/uuid >"$root/etc/machine-id"
echo "$name:x:$uid:$uid::/home/$name:/bin/bash" >>"$root/etc/passwd"
echo "$name:x:$uid:" >>"$root/etc/group"
echo "$name:*:19000::::::" >>"$root/etc/shadow"
install -d -m 700 -o "$uid" -g "$uid" "$root/home/$name"
fi

hostname machine
mount -t tmpfs -o mode=755,nosuid tmpfs "$root/dev"
for node in null zero full random urandom tty; do
  touch "$root/dev/$node"
  mount --bind "/dev/$node" "$root/dev/$node"
done
mkdir "$root"/dev/{pts,shm}
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for stream in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${stream%:*}" "$root/dev/${stream#*:}"; done
mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
# The kernel is that of this machine: nothing inside may turn its knobs.
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
mount -t sysfs -o nosuid,nodev,noexec,ro sysfs "$root/sys"
mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755,nosuid,nodev tmpfs "$root/run"
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$root/tmp"

cd "$root"
mkdir -p .before
pivot_root . .before
umount -l /.before
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  setpriv --bounding-set -sys_time,-sys_module,-sys_rawio,-sys_boot,-mknod,-syslog \
  /lib/systemd/systemd --system --unit=multi-user.target
