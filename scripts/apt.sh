#!/bin/sh
# Install Debian packages where they are missing and may be installed:
#
#     sh scripts/apt.sh chromium php-cli
#
# Where they may not, tests that need them are skipped. A program with a package's name will do.
set -eu
missing=
for package; do
    command -v "$package" >/dev/null || dpkg-query --show --showformat='${db:Status-Abbrev}' "$package" 2>/dev/null |
        grep -q ^ii || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "Missing, and only root can install with apt:$missing. Tests that need them are skipped." >&2
    exit 0
fi
echo "Installing (once):$missing …" >&2
# shellcheck disable=SC2086 - one word a package
{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing; } \
    >/dev/null || echo "Could not be installed:$missing. Tests that need them are skipped." >&2
