#!/bin/sh
# Install smsgw as a service; `make install` calls it. Safe to run again: it upgrades, and leaves the
# configuration and the database as they are.
#
#   DESTDIR=folder   put everything below a folder instead (for packages): no user is made, nothing is started
#   OPT=/opt/smsgw   where the virtual environment goes
#   PYTHON=python3   the Python to make it with
#   --files-only     all but the virtual environment
# Packages are pinned with their hashes in requirements.txt.
set -eu

DESTDIR=${DESTDIR:-}
OPT=${OPT:-/opt/smsgw}
PYTHON=${PYTHON:-python3}
here=$(cd "$(dirname "$0")" && pwd)
source=$(dirname "$here")

fail() {
    echo "install: $1" >&2
    exit 1
}

[ -n "$DESTDIR" ] || [ "$(id -u)" = 0 ] || fail "needs root: sudo make install (or DESTDIR=folder to try it out)"

place() { # mode source target
    mkdir -p "$DESTDIR$(dirname "$3")"
    cp "$2" "$DESTDIR$3"
    chmod "$1" "$DESTDIR$3"
}

make_environment() {
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "$PYTHON is older than 3.11: PYTHON=…"
    mkdir -p "$DESTDIR$OPT"
    if ! "$DESTDIR$OPT/bin/python" -c 'import pip' 2>/dev/null; then # none yet, or its Python is gone
        "$PYTHON" -m venv --clear "$DESTDIR$OPT" || fail "no virtual environment: apt install python3-venv"
    fi
    built=$([ -e "$source/build" ] && echo before || echo now)
    pip="$DESTDIR$OPT/bin/python -m pip --quiet --disable-pip-version-check"
    # Every file that is installed, and what builds ours, is the one whose hash stands in requirements.txt.
    $pip install --require-hashes --requirement "$here/requirements.txt" || fail "not installed: see above"
    $pip install --no-deps --no-build-isolation "$source"
    [ "$built" = before ] || rm -rf "$source/build" # pip leaves it, and root would own it
    if [ -n "$DESTDIR" ]; then # the scripts name their interpreter by its path: the one that it will have
        grep -rlI "$DESTDIR" "$DESTDIR$OPT/bin" "$DESTDIR$OPT/pyvenv.cfg" | while IFS= read -r file; do
            sed -i "s|$DESTDIR||g" "$file"
        done
    fi
}

make_user() {
    if command -v systemd-sysusers >/dev/null; then
        systemd-sysusers /etc/sysusers.d/smsgw.conf
    elif ! id smsgw >/dev/null 2>&1; then
        useradd --system --user-group --home-dir /var/lib/smsgw --shell /usr/sbin/nologin smsgw
        usermod -aG dialout smsgw || echo "install: no group dialout; give smsgw access to the ports" >&2
    fi
}

set_owners() {
    chgrp smsgw /etc/smsgw /etc/smsgw/surveys /etc/smsgw/config.toml
    chown smsgw:smsgw /var/lib/smsgw
    chmod 2770 /var/lib/smsgw # again: changing the owner takes the group bit away
}

tell_the_system() {
    if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
    if command -v udevadm >/dev/null; then
        udevadm control --reload && udevadm trigger --subsystem-match=usb --subsystem-match=tty || true
    fi
}

[ "${1:-}" = --files-only ] || make_environment

mkdir -p "$DESTDIR/usr/local/bin" "$DESTDIR/etc/smsgw/surveys" "$DESTDIR/var/lib/smsgw"
ln -sfn "$OPT/bin/smsgw" "$DESTDIR/usr/local/bin/smsgw"
chmod 0750 "$DESTDIR/etc/smsgw" "$DESTDIR/etc/smsgw/surveys"
chmod 2770 "$DESTDIR/var/lib/smsgw"
place 0644 "$here/smsgw.service" /usr/local/lib/systemd/system/smsgw.service
place 0644 "$here/60-smsgw.rules" /etc/udev/rules.d/60-smsgw.rules
place 0644 "$here/smsgw.sysusers" /etc/sysusers.d/smsgw.conf
place 0644 "$here/smsgw.tmpfiles" /etc/tmpfiles.d/smsgw.conf
if [ ! -e "$DESTDIR/etc/smsgw/config.toml" ]; then
    # The example without its modem, which nobody has: `smsgw modem detect` prints the right lines.
    sed '/^\[modems\./,/^$/ s/^[^#]/# &/' "$source/config.example.toml" >"$DESTDIR/etc/smsgw/config.toml"
    chmod 0640 "$DESTDIR/etc/smsgw/config.toml"
fi

[ -z "$DESTDIR" ] || exit 0

make_user
set_owners
tell_the_system
if [ -d /run/systemd/system ] && systemctl is-active --quiet smsgw.service; then
    echo "the new version is installed; systemctl restart smsgw runs it"
    exit 0
fi
cat <<'END'
smsgw is installed. Next:
  smsgw modem detect          finds the modems and prints what to paste into /etc/smsgw/config.toml
  smsgw config check          says what is still wrong there
  systemctl enable --now smsgw
An application's user joins the group: usermod -aG smsgw NAME
END
