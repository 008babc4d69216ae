#!/usr/bin/env bash
# Starts a private nats-server on loopback and prints its pid; stop it with `kill PID`.
#
#   lab/nats/start.sh FOLDER PORT [ENGINE-ID:DOMAIN-ID]...
#
# FOLDER gets nats.conf, core.nk and <engine-id>.nk (the logins' seeds, kept if they are there), the log and the
# store. The binary is $NATS_SERVER, or the one that scripts/install-tools.sh installed.
set -euo pipefail

[ $# -ge 2 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd) port=$2
shift 2
server=${NATS_SERVER:-$here/.tools/bin/nats-server}
[ -x "$server" ] || { echo "no nats-server at $server: run scripts/install-tools.sh" >&2; exit 1; }

(cd "$here" && cargo run --quiet -p tenure-broker --example nats_config -- "$folder" "${INSTANCE:-tenure}" "127.0.0.1:$port" "$@")
"$server" --config "$folder/nats.conf" >"$folder/nats.log" 2>&1 &
pid=$!
for _ in $(seq 200); do
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    echo "$pid"
    exit 0
  fi
  kill -0 "$pid" 2>/dev/null || break
  sleep 0.05
done
echo "nats-server did not start:" >&2
cat "$folder/nats.log" >&2
exit 1
