#!/bin/sh
# named.sh NAMES CMD...: runs a command for which the file NAMES is /etc/hosts. There is no DNS in a lab.
exec unshare --mount sh -c 'mount --bind "$0" /etc/hosts && exec "$@"' "$@"
