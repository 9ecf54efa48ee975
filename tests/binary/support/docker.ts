// What `docker run` does with its words, as far as a client of AWS can tell: a home of its own, an environment of its own,
// and the folders that are mounted. The file system around them is that of the machine.

/** Where homes of containers are, in place of the `/home` of the page: a file system that is there for one container. */
export const CONTAINER_HOMES = "/mnt";

/**
 * A program `docker` that knows `run` with the options of docs/recipes.md, and the image `IMAGE`: its environment is that
 * of `IMAGE_ENV`, a variable a line.
 */
export const DOCKER = `#!/bin/bash
set -eu
[ "$1" = run ]
shift
mounts=() memory=() env=() sealed=no
while [ "$1" != IMAGE ]; do
  case $1 in
    --rm) ;;
    --read-only) sealed=yes ;;
    --user) [ "$2" = "$(id -u):$(id -g)" ]; shift ;;
    -e) env+=("$2"); shift ;;
    --tmpfs) memory+=("$2"); shift ;;
    -v) mounts+=("$2"); shift ;;
    *) echo "docker: unknown option $1" >&2; exit 125 ;;
  esac
  shift
done
shift
mapfile -t image <<< "$IMAGE_ENV"
inside='
set -eu
mount -t tmpfs none ${CONTAINER_HOMES}
mkdir ${CONTAINER_HOMES}/app
for mount in $MOUNTS; do
  IFS=: read -r from to mode <<< "$mount"
  mkdir -p "$to"
  mount --bind "$from" "$to"
  mount -o "remount,bind,$mode,nosuid,nodev" "$to"
done
for folder in $MEMORY; do mount -t tmpfs none "$folder"; done
[ "$SEALED" = no ] || mount -o remount,ro ${CONTAINER_HOMES}
cd ${CONTAINER_HOMES}/app
exec env -i "$@"'
export MOUNTS="\${mounts[*]-}" MEMORY="\${memory[*]-}" SEALED=$sealed
exec unshare --map-root-user --mount bash -c "$inside" bash "\${image[@]}" "\${env[@]}" "$@"
`;
