#!/bin/sh
# Run the fast tests on the newest Python of the machine, where one is newer than that of .venv:
#
#     sh scripts/test_newer.sh
#
# Looks on PATH and in the versions of pyenv. Installs into .venv-newer, once.
set -eu
cd "$(dirname "$0")/.."
newest=14
version='import sys; print(sys.version_info.minor)'
ours=$(.venv/bin/python -c "$version")

candidates() {
    for minor in $newest 13 12; do
        echo "python3.$minor"
        command -v pyenv >/dev/null || continue
        for folder in "$(pyenv root)"/versions/3."$minor".*; do
            echo "$folder/bin/python"
        done
    done
}

# Requesting each version finds those that start: pyenv has names for versions that it lacks.
find_newer() {
    candidates | while read -r name; do
        minor=$("$name" -c "$version" 2>/dev/null) || continue
        [ "$minor" -gt "$ours" ] || continue
        echo "$name"
        break
    done
}

newer=$(find_newer)
if [ -z "$newer" ]; then
    echo "No Python newer than 3.$ours starts on this machine, so the tests ran on 3.$ours alone." >&2
    exit 0
fi
echo "The fast tests, on $("$newer" --version) …" >&2
case $(.venv-newer/bin/python -c "$version" 2>/dev/null) in
    "$("$newer" -c "$version")") ;;
    *) rm -rf .venv-newer ;;
esac
if ! cmp -s requirements/dev.txt .venv-newer/.dev; then
    PYTHON=$newer sh scripts/install.sh .venv-newer --require-hashes -r requirements/dev.txt
    PYTHON=$newer sh scripts/install.sh .venv-newer --no-deps --no-build-isolation --editable .
    cp requirements/dev.txt .venv-newer/.dev
fi
# Left out: tests that take a minute each, or that look at the files of this repository.
exec .venv-newer/bin/python -m pytest -q -n auto --dist loadgroup tests/mock tests/sdk tests/security \
    --ignore tests/mock/control_api/test_schemathesis.py \
    --ignore tests/mock/dialogues/test_conversation_files.py
