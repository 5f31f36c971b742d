#!/bin/sh
# Run a command on the Python of a Debian release: in a chroot, in a clone of the last commit.
#
#     sh scripts/debian.sh run trixie make test
#     sh scripts/debian.sh folder trixie
#
# `folder` prints where the release is. debootstrap makes it once, below DEBIAN_FOLDERS
# (/var/tmp/leadway-debian), from DEBIAN_MIRROR; to be rid of it, delete the folder. Needs root.
set -eu
cd "$(dirname "$0")/.."
folders=${DEBIAN_FOLDERS:-/var/tmp/leadway-debian}
packages=python3,python3-venv,python3-pip,python-is-python3,git,make,curl,ca-certificates

fail() {
    echo "debian.sh: $*" >&2
    exit 2
}

check() {
    command -v debootstrap >/dev/null ||
        fail "debootstrap is missing. Install it: apt-get install debootstrap"
    [ "$(id -u)" = 0 ] || fail "this makes a chroot and must run as root. Put sudo before it."
}

# The machine's certificates go along, since its network may need one of its own.
make_folder() {
    echo "debian.sh: making a folder with Debian $suite (once) …" >&2
    mkdir -p "$folders"
    rm -rf "$folder.new"
    debootstrap --variant=minbase --include="$packages" "$suite" "$folder.new" \
        ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} >"$folder.log" 2>&1 ||
        fail "debootstrap failed: $(tail -n 3 "$folder.log") See $folder.log."
    certificates=etc/ssl/certs/ca-certificates.crt
    [ ! -f "/$certificates" ] || cp "/$certificates" "$folder.new/$certificates"
    mv "$folder.new" "$folder"
}

clone() {
    source=$folder.source
    commit=$(git rev-parse HEAD)
    [ -d "$source/.git" ] || git clone --quiet --no-checkout "$PWD" "$source"
    git -C "$source" fetch --quiet "$PWD" "$commit"
    git -C "$source" checkout --quiet --force --detach "$commit"
    git diff --quiet HEAD || echo "debian.sh: uncommitted changes are not in the clone." >&2
}

# Mounts and processes live in namespaces of their own, so that nothing is left behind.
run() {
    cp /etc/resolv.conf "$folder/etc/resolv.conf"
    mkdir -p "$folder/source"
    # shellcheck disable=SC2016 # The inner shell expands them.
    exec unshare --mount --pid --fork --kill-child sh -c '
        mount -t proc proc "$1/proc"
        mount --rbind /dev "$1/dev"
        mount --bind "$1.source" "$1/source"
        folder=$1
        shift
        exec chroot "$folder" /usr/bin/env HOME=/root LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin \
            sh -c "cd /source && exec \"\$@\"" sh "$@"' sh "$folder" "$@"
}

[ $# -ge 2 ] || fail "say what to do: folder SUITE, or run SUITE COMMAND"
action=$1
suite=$2
folder=$folders/$suite
shift 2
check
[ -d "$folder" ] || make_folder
# Root may read a repository of another user.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'
case $action in
    folder) echo "$folder" ;;
    run)
        [ $# -ge 1 ] || fail "say what to run"
        clone
        run "$@"
        ;;
    *) fail "unknown action '$action': must be folder or run" ;;
esac
