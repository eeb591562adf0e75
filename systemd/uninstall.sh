#!/bin/sh
# Take smsgw off this machine; `make uninstall` calls it. The configuration, the database and the user stay:
# they hold what cannot be made again.
set -eu

DESTDIR=${DESTDIR:-}
OPT=${OPT:-/opt/smsgw}

if [ -z "$DESTDIR" ]; then
    [ "$(id -u)" = 0 ] || { echo "uninstall: needs root: sudo make uninstall" >&2; exit 1; }
    if [ -d /run/systemd/system ]; then systemctl disable --now smsgw.service || true; fi
fi

[ ! -e "$DESTDIR$OPT/pyvenv.cfg" ] || rm -rf "$DESTDIR$OPT"
rm -f "$DESTDIR/usr/local/bin/smsgw" \
    "$DESTDIR/usr/local/lib/systemd/system/smsgw.service" \
    "$DESTDIR/etc/udev/rules.d/60-smsgw.rules" \
    "$DESTDIR/etc/sysusers.d/smsgw.conf" \
    "$DESTDIR/etc/tmpfiles.d/smsgw.conf"

if [ -z "$DESTDIR" ]; then
    if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
    if command -v udevadm >/dev/null; then udevadm control --reload || true; fi
    echo "smsgw is gone; /etc/smsgw, /var/lib/smsgw and the user smsgw are still there"
fi
