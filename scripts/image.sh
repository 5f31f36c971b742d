#!/bin/sh
# Build the image without a registry, and run it: buildah, on a Debian folder as the base image.
#
#     sh scripts/image.sh build
#     sh scripts/image.sh run leadway mock --port 0
#
# The base image has the tag that the Containerfile names, in a storage of its own beside the folder.
# A container shares the network of the machine, as --isolation chroot has it. Needs root.
set -eu
cd "$(dirname "$0")/.."
image=leadway-mock
base=docker.io/library/python:$(sed -n 's/^ARG PYTHON=//p' Containerfile)
suite=${base##*-}

fail() {
    echo "image.sh: $*" >&2
    exit 2
}

engine() {
    buildah --root "$storage/root" --runroot "$storage/run" "$@"
}

make_base() {
    container=$(engine from scratch)
    engine copy --quiet "$container" "$folder" / >&2
    engine commit --quiet "$container" "$base" >&2
    engine rm "$container" >&2
}

build() {
    engine rm --all >/dev/null
    engine inspect --type image "$base" >/dev/null 2>&1 || make_base
    engine bud --isolation chroot --pull-never --format docker --file Containerfile --tag $image . >&2
}

# With the variables and the user of the image, but on loopback alone.
run() {
    container=$(engine from --pull-never $image)
    trap 'engine rm "$container" >/dev/null' EXIT
    trap 'exit 1' HUP INT TERM
    engine run --isolation chroot --env LEADWAY_MOCK_HOST=127.0.0.1 "$container" -- "$@"
}

command -v buildah >/dev/null || fail "buildah is missing. Install it: apt-get install buildah"
folder=$(sh scripts/debian.sh folder "$suite")
storage=$folder.images
[ $# -ge 1 ] || fail "say what to do: build, or run COMMAND"
action=$1
shift
case $action in
    build) build ;;
    run) run "$@" ;;
    *) fail "unknown action '$action': must be build or run" ;;
esac
