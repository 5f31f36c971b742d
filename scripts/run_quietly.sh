#!/bin/sh
# Run one check: a single line when it passes, everything it said when it does not.
#
#     sh scripts/step.sh "types" .venv/bin/mypy
name=$1
shift
if output=$("$@" 2>&1); then
    echo "ok      $name"
else
    printf 'FAILED  %s\n%s\n' "$name" "$output"
    exit 1
fi
