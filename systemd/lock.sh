#!/bin/sh
# Write systemd/requirements.txt: the newest release of everything that smsgw needs, and of what builds it, with
# hashes. `make lock` calls it, with the oldest Python that is supported, which needs the most packages.
set -eu
cd "$(dirname "$0")/.."
bin=${1:?the folder of pip-compile}
draft=$(mktemp)
trap 'rm -f "$draft"' EXIT
"$bin/pip-compile" --quiet --upgrade --generate-hashes --allow-unsafe --all-build-deps --strip-extras --no-header \
    --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options \
    --output-file="$draft" pyproject.toml
{
    echo "# What \`make install\` installs, with the hashes of every file; \`make lock\` writes it anew."
    cat "$draft"
} >systemd/requirements.txt
echo "systemd/requirements.txt: $(grep -c == systemd/requirements.txt) packages"
