#!/bin/sh
# Install into a virtual environment, which is created if it is missing:
#
#     sh scripts/install.sh .venv --require-hashes -r requirements/mock.txt
#
# PYTHON names the interpreter to use. Prints nothing to standard output.
set -eu
environment=$1
shift

find_python() {
    for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    echo "Python 3.11 or newer is required; found none as ${PYTHON:-python3 on PATH}." \
        "Install it, or name it: make PYTHON=/path/to/python3.11" >&2
    exit 1
}

# From version 22.3 on, the pip of the machine can install into another environment. That is several
# seconds faster than installing pip into the environment first.
has_pip_for_others() {
    "$python" -c 'import pip, sys; sys.exit(pip.__version__.split(".") < ["22", "3"])' 2>/dev/null
}

pip() {
    if [ -x "$environment/bin/pip" ]; then
        "$environment/bin/pip" "$@"
    elif has_pip_for_others; then
        "$python" -m pip --python "$environment" "$@"
    else
        "$environment/bin/python" -m ensurepip --default-pip >/dev/null
        "$environment/bin/pip" "$@"
    fi
}

python=$(find_python)
[ -x "$environment/bin/python" ] || "$python" -m venv --without-pip "$environment" >&2
if ! pip install -qq --no-input --disable-pip-version-check "$@" >&2; then
    echo "Installing into $environment failed. The first run needs a package index:" \
        "check the network and the proxy, or name your own index in PIP_INDEX_URL." >&2
    exit 1
fi
