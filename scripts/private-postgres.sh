#!/usr/bin/env bash
# A PostgreSQL of one's own: fsync on, TCP on loopback with a free port and a random password, no Unix socket.
#   private-postgres.sh start DIR [--fsync-delay-us N]   makes the cluster if need be, starts it, prints its URL
#   private-postgres.sh url DIR | stop DIR | destroy DIR | version | bindir
# PostgreSQL refuses to run as root: as root it runs as the user postgres (or nobody), in a user namespace, where only
# one user is mapped, as that one under the name nobody. Where that user cannot reach DIR (a checkout below /root, say), the data lies below /tmp and DIR links to it.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
say() { printf 'postgres: %s\n' "$*" >&2; }
usage() { sed -n '2,6p' "$0"; exit 2; }

bindir() {
  local newest
  newest=$(ls -d /usr/lib/postgresql/*/bin/postgres 2>/dev/null | sort -V | tail -n 1)
  if [ -n "$newest" ]; then dirname "$newest"; return 0; fi
  newest=$(command -v postgres) || { say "no PostgreSQL server programs"; return 1; }
  dirname "$(readlink -f "$newest")"
}

# as_owner CMD...: by whom the server runs.
as_owner() {
  case $OWNER in
    self) "$@" ;;
    mapped) unshare --user --map-user="$(id -u nobody)" --map-group="$(id -g nobody)" "$@" ;;
    *) setpriv --reuid="$OWNER" --regid="$(id -g "$OWNER")" --clear-groups "$@" ;;
  esac
}

choose_owner() {
  OWNER=self
  if [ "$(id -u)" != 0 ]; then return 0; fi
  for OWNER in postgres nobody mapped; do
    case $OWNER in postgres|nobody) id "$OWNER" >/dev/null 2>&1 || continue ;; esac
    if as_owner true 2>/dev/null; then return 0; fi
  done
  say "runs as root, and can become nobody else"; return 1
}

# DIR/home: the place that the owner can reach, holding data/ and what the server reads.
make_home() {
  local home=$1/home tmp
  if [ -e "$home" ]; then return 0; fi
  rm -f "$home"
  mkdir -m 700 "$home"
  case $OWNER in self|mapped) return 0 ;; esac
  chown "$OWNER:$(id -g "$OWNER")" "$home"
  if as_owner sh -c 'cd "$1" && : >probe && rm probe' sh "$home" 2>/dev/null; then return 0; fi
  rmdir "$home"
  tmp=$(mktemp -d /tmp/tenure-postgres.XXXXXX)
  chown "$OWNER:$(id -g "$OWNER")" "$tmp"
  ln -s "$tmp" "$home"
}

free_port() { # bash can only ask whether somebody answers; a port taken in between is tried anew by start
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))    # below the range that outgoing connections draw from
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then echo "$port"; return 0; fi
  done
}

make_cluster() {
  local home=$1 password
  if [ -s "$home/data/PG_VERSION" ]; then return 0; fi
  password=$(od -An -tx1 -N16 /dev/urandom | tr -d ' \n')
  (umask 077; printf '%s\n' "$password" >"$home/password")
  case $OWNER in self|mapped) ;; *) chown "$OWNER" "$home/password" ;; esac
  as_owner "$BIN/initdb" -D "$home/data" -U tenure --pwfile="$home/password" --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C.UTF-8 >"$home/initdb.log" 2>&1 || { tail -n 5 "$home/initdb.log" >&2; return 1; }
  cat >>"$home/data/postgresql.conf" <<'CONF'
# Durable as in production; sized for two cores shared with the tests.
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 300
shared_buffers = 256MB
max_wal_size = 4GB
fsync = on
synchronous_commit = on
full_page_writes = on
timezone = 'UTC'
CONF
}

delay_library() { # home microseconds -> what to put before the server's command
  cc -O2 -shared -fPIC -o "$1/fsync-delay.so" "$here/../lab/fsync-delay/fsync-delay.c" -ldl
  chmod 755 "$1/fsync-delay.so"
  printf '%s\n' "LD_PRELOAD=$1/fsync-delay.so" "FSYNC_DELAY_US=$2"
}

running() { as_owner "$BIN/pg_ctl" -D "$1/data" status >/dev/null 2>&1; }

url() {
  local home port
  home=$(readlink -f "$1/home")
  port=$(sed -n 4p "$home/data/postmaster.pid" 2>/dev/null) || { say "not running in $1"; return 1; }
  printf 'postgres://tenure:%s@127.0.0.1:%s/postgres\n' "$(cat "$home/password")" "$port"
}

start() {
  local dir=$1 home delay=() try
  mkdir -p "$dir"
  make_home "$dir"
  home=$(readlink -f "$dir/home")
  if ! running "$home"; then
    make_cluster "$home"
    if [ -n "$2" ]; then mapfile -t delay < <(delay_library "$home" "$2"); fi
    for try in 1 2 3 4 5; do
      if as_owner env "${delay[@]}" "$BIN/pg_ctl" -D "$home/data" -l "$home/server.log" -w -t 60 \
        -o "-p $(free_port)" start >/dev/null 2>&1 </dev/null; then break; fi
      if [ "$try" = 5 ]; then say "did not start:"; tail -n 10 "$home/server.log" >&2; return 1; fi
    done
  fi
  url "$dir"
}

stop() {
  local home
  home=$(readlink -f "$1/home" 2>/dev/null) && [ -d "$home/data" ] || return 0
  if running "$home"; then as_owner "$BIN/pg_ctl" -D "$home/data" -m fast -w -t 30 stop >/dev/null; fi
}

destroy() {
  local home
  stop "$1"
  home=$(readlink -f "$1/home" 2>/dev/null) || return 0
  rm -rf "$home"
  rm -rf "$1"
}

command=${1:-}
case $command in
  version) BIN=$(bindir); "$BIN/postgres" --version | awk '{print $3}'; exit ;;
  bindir) bindir; exit ;;
  start|url|stop|destroy) ;;
  *) usage ;;
esac
[ $# -ge 2 ] || usage
dir=$(readlink -m "$2")
cd /      # PostgreSQL's user may be unable to enter the directory that we were called from
delay_us=
if [ "${3:-}" = --fsync-delay-us ]; then delay_us=${4:?microseconds}; elif [ $# -gt 2 ]; then usage; fi
case $delay_us in *[!0-9]*) say "--fsync-delay-us wants a whole number"; exit 2 ;; esac
BIN=$(bindir)
choose_owner
case $command in
  start) start "$dir" "$delay_us" ;;
  *) "$command" "$dir" ;;
esac
