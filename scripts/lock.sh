#!/bin/sh
# Pin the newest compatible versions with hashes, for every platform and Python from 3.11 on.
# Addresses of registries are left out, so that a mirror works as well.
set -eu
export UV_PYTHON_DOWNLOADS=never

compile() {
    .venv-lock/bin/uv pip compile --quiet --no-config --upgrade --universal --python-version 3.11 \
        --generate-hashes --custom-compile-command "make lock" "$@"
}

cd "$(dirname "$0")/.."
# The tools come first: the product is tested with the versions that they allow.
compile pyproject.toml requirements/build.in requirements/dev.in --extra mock --extra redis --extra tls \
    --output-file requirements/dev.txt
compile pyproject.toml requirements/build.in --extra mock --extra redis --extra tls \
    --constraint requirements/dev.txt --output-file requirements/mock.txt
compile requirements/browser.in --constraint requirements/dev.txt --output-file requirements/browser.txt
compile requirements/clients.in --constraint requirements/dev.txt --constraint requirements/browser.txt \
    --output-file requirements/clients.txt
compile requirements/generate.in --output-file requirements/generate.txt
compile requirements/lock.in --output-file requirements/lock.txt
export PATH="$PWD/.venv/bin:$PATH"
npm update --silent --package-lock-only --ignore-scripts
for folder in bench/peers tests/clients; do
    npm update --prefix $folder --omit-lockfile-registry-resolved --silent --package-lock-only --ignore-scripts
done
