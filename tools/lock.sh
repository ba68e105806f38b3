#!/bin/sh
# Write the lock files: every package with its hashes, for every platform, and no address in them.
set -eu
compile() {
    out=$1
    shift
    .venv/bin/uv pip compile pyproject.toml "$@" --universal --python-version 3.11 \
        --generate-hashes --no-annotate --no-header --no-strip-extras --no-emit-index-url --no-emit-find-links \
        --quiet --output-file "$out"
}
compile requirements/server.txt --extra server
compile requirements/dev.txt --extra server --extra dev
compile requirements/bench.txt --extra bench
