#!/usr/bin/env bash
# A PostgreSQL of one's own: fsync on, TCP on loopback with a free port and a random password, no Unix socket.
#   private-postgres.sh start DIR [--fsync-delay-us N]   makes the cluster if need be, starts it, prints its URL
#   private-postgres.sh start DIR --at ADDRESS NAME      the same on port 5432 of that address, small, ready to be followed
#   private-postgres.sh stand-by DIR ADDRESS NAME OF_DIR a copy that follows the one in OF_DIR
#   private-postgres.sh synchronous DIR 'ANY 1 (a, b)'   whose acknowledgement every commit waits for
#   private-postgres.sh promote DIR | follow DIR OF_DIR  it takes writes from now on | it follows another one from now on
#   private-postgres.sh pid DIR | url DIR | stop DIR | destroy DIR | version | bindir
# PostgreSQL refuses to run as root: as root it runs as the user postgres (or nobody), in a user namespace, where only
# one user is mapped, as that one under the name nobody. Where that user cannot reach DIR (a checkout below /root, say), the data lies below /tmp and DIR links to it.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
say() { printf 'postgres: %s\n' "$*" >&2; }
usage() { sed -n '2,11p' "$0"; exit 2; }

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

# Small: several run side by side. Whoever has the password may come from its network, and follow it.
settle_at() { # home address name
  local home=$1
  if grep -q "^cluster_name = '$3'" "$home/data/postgresql.conf"; then return 0; fi
  cat >>"$home/data/postgresql.conf" <<CONF
listen_addresses = '$2'
cluster_name = '$3'
shared_buffers = 32MB
max_connections = 100
wal_keep_size = 256MB
CONF
  printf 'host all,replication all %s/24 scram-sha-256\n' "$2" >>"$home/data/pg_hba.conf"
}

launch() { # home port [VARIABLE=VALUE...]
  local home=$1 port=$2; shift 2
  as_owner env "$@" "$BIN/pg_ctl" -D "$home/data" -l "$home/server.log" -w -t 60 -o "-p $port" start >/dev/null 2>&1 </dev/null
}

stand_by() { # DIR address name of_dir
  local home of
  mkdir -p "$1"
  make_home "$1"
  home=$(readlink -f "$1/home")
  if running "$home"; then return 0; fi
  if [ ! -s "$home/data/PG_VERSION" ]; then
    of=$(url "$4")
    cp -p "$(readlink -f "$4/home")/password" "$home/password"
    as_owner "$BIN/pg_basebackup" -D "$home/data" -d "$of" -R -X stream -c fast >"$home/copy.log" 2>&1 \
      || { tail -n 5 "$home/copy.log" >&2; return 1; }
    settle_at "$home" "$2" "$3"
  fi
  launch "$home" 5432 || { tail -n 10 "$home/server.log" >&2; return 1; }
}

reload() { as_owner "$BIN/pg_ctl" -D "$1/data" reload >/dev/null; }

synchronous() { # DIR who
  local home
  home=$(readlink -f "$1/home")
  printf "synchronous_standby_names = '%s'\n" "$2" >>"$home/data/postgresql.conf"
  reload "$home"
}

promote() { as_owner "$BIN/pg_ctl" -D "$(readlink -f "$1/home")/data" -w -t 60 promote >/dev/null; }

follow() { # DIR of_dir
  local home
  home=$(readlink -f "$1/home")
  printf "primary_conninfo = '%s'\n" "$(url "$2")" >>"$home/data/postgresql.auto.conf"
  reload "$home"
}

running() { as_owner "$BIN/pg_ctl" -D "$1/data" status >/dev/null 2>&1; }

url() {
  local home port address
  home=$(readlink -f "$1/home")
  port=$(sed -n 4p "$home/data/postmaster.pid" 2>/dev/null) || { say "not running in $1"; return 1; }
  address=$(sed -n 6p "$home/data/postmaster.pid")
  printf 'postgres://tenure:%s@%s:%s/postgres\n' "$(cat "$home/password")" "${address:-127.0.0.1}" "$port"
}

start() { # DIR delay address name
  local dir=$1 home delay=() try
  mkdir -p "$dir"
  make_home "$dir"
  home=$(readlink -f "$dir/home")
  if ! running "$home"; then
    make_cluster "$home"
    if [ -n "$2" ]; then mapfile -t delay < <(delay_library "$home" "$2"); fi
    if [ -n "$3" ]; then settle_at "$home" "$3" "$4"; fi
    for try in 1 2 3 4 5; do
      if launch "$home" "$(if [ -n "$3" ]; then echo 5432; else free_port; fi)" "${delay[@]}"; then break; fi
      if [ "$try" = 5 ]; then say "did not start:"; tail -n 10 "$home/server.log" >&2; return 1; fi
    done
  fi
  url "$dir"
}

# A fast stop writes a checkpoint first: every page and every file of hundreds of test databases, synced, takes minutes on a
# busy machine. Who keeps the data waits for it; who throws it away does not.
stop() { # DIR [fast|immediate]
  local home
  home=$(readlink -f "$1/home" 2>/dev/null) && [ -d "$home/data" ] || return 0
  if running "$home"; then as_owner "$BIN/pg_ctl" -D "$home/data" -m "${2:-fast}" -w -t 300 stop >/dev/null; fi
}

destroy() {
  local home
  stop "$1" immediate
  home=$(readlink -f "$1/home" 2>/dev/null) || return 0
  rm -rf "$home"
  rm -rf "$1"
}

command=${1:-}
case $command in
  version) BIN=$(bindir); "$BIN/postgres" --version | awk '{print $3}'; exit ;;
  bindir) bindir; exit ;;
  start|stand-by|synchronous|promote|follow|pid|url|stop|destroy) ;;
  *) usage ;;
esac
[ $# -ge 2 ] || usage
dir=$(readlink -m "$2")
cd /      # PostgreSQL's user may be unable to enter the directory that we were called from
delay_us='' address='' name=''
case $command:${3:-} in
  start:--fsync-delay-us) delay_us=${4:?microseconds} ;;
  start:--at) address=${4:?address} name=${5:?name} ;;
  stand-by:?*|synchronous:?*|follow:?*|*:) ;;
  *) usage ;;
esac
case $delay_us in *[!0-9]*) say "--fsync-delay-us wants a whole number"; exit 2 ;; esac
BIN=$(bindir)
choose_owner
case $command in
  start) start "$dir" "$delay_us" "$address" "$name" ;;
  stand-by) stand_by "$dir" "${3:?address}" "${4:?name}" "$(readlink -m "${5:?whom}")" ;;
  synchronous) synchronous "$dir" "$3" ;;
  follow) follow "$dir" "$(readlink -m "$3")" ;;
  pid) head -n 1 "$(readlink -f "$dir/home")/data/postmaster.pid" ;;
  *) "$command" "$dir" ;;
esac
