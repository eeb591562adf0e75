#!/bin/sh
# Ask the advisory service about every pinned package; `make audit` calls it.
# 0: nothing known against any of them · 1: something is known · 2: the service could not be asked, which proves nothing
set -eu
cd "$(dirname "$0")/.."
bin=${1:?the folder of pip-audit}
pins=$(grep -c == systemd/requirements.txt)
code=0
said=$("$bin/pip-audit" --disable-pip --require-hashes --progress-spinner off --timeout 20 \
    -r systemd/requirements.txt 2>&1) || code=$?
unheard=$(printf '%s\n' "$said" | grep -c 'could not be audited' || true)
if [ "$code" = 0 ] && [ "$unheard" = 0 ]; then
    echo "audit: no advisory is known for any of $pins packages"
elif [ "$code" = 1 ] && printf '%s\n' "$said" | grep -q '^Found '; then
    printf '%s\n' "$said"
    echo "audit: raise what is named (make lock), look at what its advisory says, release" >&2
    exit 1
else
    printf '%s\n' "$said" | tail -n 3 >&2
    echo "audit: the advisory service could not be asked about ${unheard:-all} of $pins packages: this proves nothing;" \
        "run it again where the service can be reached" >&2
    exit 2
fi
