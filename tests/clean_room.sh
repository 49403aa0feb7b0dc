#!/usr/bin/env bash
# clean_room.sh - run a command where nothing was installed before: in a new, minimal Debian.
#
# usage: tests/clean_room.sh [-a architecture] [-f folder] [-u] release [command]
#   release          bookworm, trixie, ...
#   command          for sh, in a copy of the files that git knows or would; `make test` by default
#   -a architecture  another one than this machine's, such as arm64: emulated by qemu, slowly
#   -f folder        the name of the copy's folder
#   -u               `make deps` as root, then the command as a user who may install nothing
#
# The room lies in memory, in namespaces of its own, and is gone when the command ends, however it
# does. It takes from this machine the kernel, /dev, the name servers and the Debian mirror that its
# apt uses, and no variable of the environment. Needs mmdebstrap, and root or else newuidmap; for
# another architecture also qemu-user-static, arch-test and Linux 6.7. The exit status is the
# command's, or 77 where this machine can have no clean room: then it says why.
set -eu

own=$(dpkg --print-architecture 2>/dev/null || echo unknown)
architecture=$own
folder=rxlua
user=root

usage() {
  sed -n '/^# usage/,/^# *-u/s/^# //p' "$0" >&2
  exit 2
}

no_room() {
  echo "no clean room on this machine: $1" >&2
  exit 77
}

arguments=("$@")
while getopts a:f:u option; do
  case $option in
    a) architecture=$OPTARG ;;
    f) folder=$OPTARG ;;
    u) user=guest ;;
    *) usage ;;
  esac
done
shift $((OPTIND - 1))
[ $# -ge 1 ] || usage
release=$1
command=${2:-make test}

# --- outside: namespaces of its own, in which this script runs once more ---------------------------

mirror() {
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' \
    2>/dev/null | head -n 1
}

# As root, an identity map for the process that waits for it, so that it may do there what root does.
enter() { # enter command...
  local spaces=(--user --mount --pid --fork --kill-child --ipc --uts)
  if [ "$(id -u)" != 0 ]; then
    unshare --map-root-user --map-auto "${spaces[@]}" "$@"
    return
  fi
  mkfifo "$room/mapped"
  unshare "${spaces[@]}" bash -c 'read -r _ <"$0/mapped"; exec "$@"' "$room" "$@" &
  until [ "$(readlink /proc/$!/ns/user)" != "$(readlink /proc/$$/ns/user)" ]; do sleep 0.01; done
  tee /proc/$!/uid_map /proc/$!/gid_map <<<"0 0 65536" >/dev/null
  echo >"$room/mapped"
  wait $!
}

if [ -z "${CLEAN_ROOM:-}" ]; then
  command -v mmdebstrap >/dev/null || no_room "mmdebstrap is not installed"
  MIRROR=$(mirror)
  [ -n "$MIRROR" ] || no_room "apt knows no Debian mirror (apt-get update)"
  unshare --user true 2>/dev/null || no_room "it grants no namespaces"
  room=$(mktemp -d)
  chmod 755 "$room"
  trap 'rm -rf --one-file-system "$room"' EXIT
  export MIRROR CLEAN_ROOM=$room
  enter bash "$0" "${arguments[@]}"
  exit
fi

# --- inside ----------------------------------------------------------------------------------------

room=$CLEAN_ROOM
cd "$(dirname "$0")/.."

# Have the kernel start programs of another architecture by qemu, for the processes in here alone.
emulate() {
  mount -t binfmt_misc binfmt /proc/sys/fs/binfmt_misc &&
    cat /usr/lib/binfmt.d/qemu-*"${architecture/#arm64/aarch64}".conf >/proc/sys/fs/binfmt_misc/register
}

files() {
  git -c safe.directory='*' ls-files -z --cached --others --exclude-standard 2>/dev/null || find . -path ./build -prune -o -type f -print0
}

furnish() {
  mmdebstrap --quiet --mode=root --variant=minbase --architectures="$architecture" \
    --include=make --skip=chroot/mount/sys "$release" "$room" "$MIRROR" &&
    mount --rbind /dev "$room/dev" &&
    mount -t proc proc "$room/proc" &&
    mkdir -p "$room/home/$folder" &&
    files | tar --create --null --files-from=- | tar --extract --no-same-owner -C "$room/home/$folder"
}

run_as() { # run_as user command
  env -i HOME=/home PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    chroot --userspec="$1" "$room" sh -c 'cd "/home/$0" && eval "$1"' "$folder" "$2" </dev/null
}

mount -t proc proc /proc
mount -t tmpfs -o mode=755 room "$room"
[ "$architecture" = "$own" ] || emulate || no_room "it cannot emulate $architecture"
furnish || no_room "$release for $architecture could not be installed"
if [ "$user" != root ]; then
  run_as root "make deps && useradd --home-dir /home $user && chown -R $user /home"
fi
run_as "$user" "$command"
