#!/bin/sh
# Run a check: print one line if it passes, and its whole output if it fails.
#
#     sh scripts/run_quietly.sh "types" .venv/bin/mypy
name=$1
shift
if output=$("$@" 2>&1); then
    echo "ok      $name"
else
    printf 'FAILED  %s\n%s\n' "$name" "$output"
    exit 1
fi
