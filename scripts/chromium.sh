#!/bin/sh
# Install Debian's Chromium where it is missing and may be installed; the tests are skipped without.
set -eu
command -v chromium >/dev/null && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "Chromium is missing, and only root can install it with apt: the tests of the console are skipped." >&2
    exit 0
fi
echo "Installing Chromium (once) …" >&2
{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium; } \
    >/dev/null || echo "Chromium could not be installed: the tests of the console are skipped." >&2
