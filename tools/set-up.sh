#!/bin/sh
# Make the virtual environment and install exactly what the lock file names, hash by hash.
# usage: set-up.sh PYTHON LOCK_FILE
set -eu
python=$1
lock=$2

missing() {
    echo "Missing: $1" >&2
    echo "  Debian, Ubuntu:  sudo apt-get install $2" >&2
    echo "  macOS:           brew install $3" >&2
    exit 1
}

command -v "$python" >/dev/null 2>&1 || missing "Python 3.11 or newer" python3 python
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    missing "Python 3.11 or newer (found $("$python" --version 2>&1))" python3.11 python@3.11
"$python" -c 'import venv, ensurepip' 2>/dev/null ||
    missing "the venv module of Python" python3-venv python

[ -x .venv/bin/python ] || "$python" -m venv .venv
echo "Installing what $lock names; this takes a minute the first time."
# The lock file is whole, so nothing is resolved: pip would otherwise look at newer versions of what
# another package asks for with an extra, and refuse them for want of a hash. `pip check` proves it whole.
.venv/bin/python -m pip install --quiet --disable-pip-version-check \
    --no-deps --require-hashes -r "$lock"
.venv/bin/python -m pip install --quiet --disable-pip-version-check \
    --no-deps --no-build-isolation --editable .
.venv/bin/python -m pip check --quiet --disable-pip-version-check
