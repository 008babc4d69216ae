#!/usr/bin/env bash
# Tenure distributed on this machine: PostgreSQL, NATS, two Active Directory domains, a mail catcher, the gateway, and
# an agent beside each domain, every one a process of its own with its data and log below .lab/lab.
#   lab/lab.sh up       start afresh, print a tour, stay until Ctrl-C, stop everything
#   lab/lab.sh down     stop what an `up` that was killed left behind, and remove its data
# TENURE_BIN names the binary (default target/quick/tenure), LAB_PORT the gateway's port (default 8080).
# Samba's ports are fixed and below 1024. So without root everything runs in a namespace, and the tour says how to enter.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
checkout=$(dirname "$here")
tools=$checkout/.tools/bin
tenure=${TENURE_BIN:-$checkout/target/quick/tenure}
lab=$checkout/.lab/lab
port=${LAB_PORT:-8080}
url=http://127.0.0.1:$port
PATH=$PATH:/usr/sbin:/sbin
say() { printf 'lab: %s\n' "$*" >&2; }
# shellcheck source=lab/configuration.sh
. "$here/configuration.sh"

started_at() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

# start NAME CMD...: in the background, its output in NAME.log, known by pid and start time.
start() {
  local name=$1; shift
  (cd "$lab" && exec "$@") </dev/null >"$lab/$name.log" 2>&1 &
  echo "$! $(started_at $!)" >"$lab/$name.pid"
  pids+=($!)
}

# Ends a process that `start` started, if it still is that one.
end() {
  local pid began try
  read -r pid began <"$1" 2>/dev/null || return 0
  for try in TERM KILL; do
    if [ "$(started_at "$pid")" != "$began" ]; then break; fi
    kill "-$try" "$pid" 2>/dev/null || break
    for _ in $(seq 100); do
      [ "$(started_at "$pid")" = "$began" ] && [ "$(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null | cut -c1)" != Z ] || break 2
      sleep 0.1
    done
    say "$(basename "$1" .pid) did not stop on SIG$try"
  done
  rm -f "$1"
}

down() {
  local name ad
  [ -d "$lab" ] || return 0
  for name in agent-corp agent-emea gateway smtp nats; do
    if [ -e "$lab/$name.pid" ]; then end "$lab/$name.pid"; fi
  done
  if [ -d "$lab/ad" ]; then AD_LAB_DIR=$lab/ad "$here/ad-lab.sh" stop >/dev/null 2>&1 || say "AD did not stop"; fi
  if [ -d "$lab/postgres" ]; then "$checkout/scripts/private-postgres.sh" destroy "$lab/postgres"; fi
  if [ -L "$lab/ad" ]; then ad=$(readlink -f "$lab/ad"); rm -rf "$ad"; fi
  rm -rf "$lab"
}

# until_true WHAT SECONDS CMD...
until_true() {
  local what=$1 tries=$(($2 * 10)) pid; shift 2
  while ! "$@"; do
    for pid in "${pids[@]}"; do
      if ! kill -0 "$pid" 2>/dev/null; then say "a process ended while waiting for $what: see the logs"; show_logs; return 1; fi
    done
    tries=$((tries - 1))
    if [ "$tries" -le 0 ]; then say "waited in vain for $what"; show_logs; return 1; fi
    sleep 0.1
  done
}
show_logs() { tail -n 5 "$lab"/*.log >&2 || true; }
answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
free_port() {
  local p
  while p=$((20000 + RANDOM % 12000)); answers "$p"; do :; done
  echo "$p"
}

prepare() {
  if [ ! -x "$tenure" ]; then say "no $tenure: run make lab"; exit 1; fi
  if answers "$port"; then say "port $port is taken: LAB_PORT=8081 make lab"; exit 1; fi
  if [ "$(id -u)" != 0 ]; then
    unshare -Urn true 2>/dev/null || { say "needs root, or a system that lets users make namespaces; make demo needs neither"; exit 1; }
    exec unshare -Urn "$here/lab.sh" up
  fi
  if [ "$(cat /proc/self/uid_map | awk '{print $2}')" != 0 ]; then ip link set lo up; namespace=$$; fi
  down
  mkdir -p "$checkout/.lab" "$lab"
  chmod 755 "$checkout/.lab" "$lab"
  trap "trap '' INT TERM HUP; say stopping; down" EXIT     # a second Ctrl-C does not leave half of it running
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}

services() {
  say "PostgreSQL"
  database=$("$checkout/scripts/private-postgres.sh" start "$lab/postgres")
  say "two Active Directory domains (some ten seconds)"
  export AD_LAB_DIR=$lab/ad
  if [ ${#AD_LAB_DIR} -gt 60 ]; then    # Samba's sockets lie below, and a socket's path is at most 107 bytes
    AD_LAB_DIR=$(mktemp -d /tmp/tenure-lab-ad.XXXXXX)
    ln -s "$AD_LAB_DIR" "$lab/ad"
  fi
  "$here/ad-lab.sh" up >"$lab/ad.log" 2>&1 || { tail -n 5 "$lab/ad.log" >&2; return 1; }
  eval "$("$here/ad-lab.sh" env)"
  say "NATS and the mail catcher"
  nats_port=$(free_port)
  nats_config >"$lab/nats.conf"
  start nats "$tools/nats-server" --config "$lab/nats.conf"
  start smtp "$tools/smtp-catcher" --file "$lab/mails.jsonl"
  until_true "NATS" 20 answers "$nats_port"
  until_true "the mail catcher" 20 test -s "$lab/smtp.log"
  smtp_port=$(sed -n 's/.*"smtp_port": \([0-9]*\).*/\1/p' "$lab/smtp.log")
  mail_page=http://127.0.0.1:$(sed -n 's/.*"http_port": \([0-9]*\).*/\1/p' "$lab/smtp.log")/
}

tenure_itself() {
  say "the gateway"
  gateway_config >"$lab/tenure.toml"
  start gateway "$tenure" serve --config "$lab/tenure.toml"
  until_true "the set-up code" 60 grep -q -- '--code ' "$lab/gateway.log"
  until_true "the gateway" 60 answers "$port"
  local code
  code=$(sed -n 's/.*--code \([^ ]*\).*/\1/p' "$lab/gateway.log" | head -n 1)
  (umask 077; od -An -tx1 -N9 /dev/urandom | tr -d ' \n' >"$lab/password")
  core_key=$("$tenure" core-key --config "$lab/tenure.toml")
  say "the administrator, two domains, two engines, people and templates"
  core_key=$core_key nats_port=$nats_port "${PYTHON:-python3}" "$here/organisation.py" \
    --url "$url" --code "$code" --password-file "$lab/password" --tenure "$tenure" --folder "$lab"
  start agent-corp "$tenure" agent --config "$lab/agent-corp.toml"
  start agent-emea "$tenure" agent --config "$lab/agent-emea.toml"
}

tour() {
  cat <<TOUR

Tenure runs distributed on this machine.

  Gateway   $url        API description: $url/api/v1/openapi.json
  Mail      $mail_page       every mail that Tenure sends
  NATS      nats://127.0.0.1:$nats_port      PostgreSQL  ${database%%:*}://…@${database##*@}
  Domains   $AD_CORP_REALM at $AD_CORP_ADDR, $AD_EMEA_REALM at $AD_EMEA_ADDR
  Logs      $lab/*.log

Sign-ins, all with the password $(cat "$lab/password"):
  ada@example.com administrator, rosa@example.com requester, anton@example.com approver

A first story, in another terminal:
  alias tenure=$tenure
  tenure login --url $url --email rosa@example.com
  tenure request create --template "Batch jobs in corp.example.com" --name svc-first --period "90 days" \\
    --justification "A first story" --submit
  tenure login --url $url --email anton@example.com
  tenure approvals; tenure approve <request>      the agent creates it; then look from outside:
  LDAPTLS_CACERT=$AD_LAB_CA LDAPTLS_REQCERT=allow ldapsearch -LLL -x -H ldaps://$AD_CORP_ADDR \\
    -D $AD_CORP_ADMIN -y $AD_LAB_PASS_FILE -b "OU=Service Accounts,$AD_CORP_BASE" '(objectClass=user)'
As Rosa again, read its password (sealed to your terminal, once): tenure secret reveal svc-first
Then stop a domain controller and see a request wait:
  AD_LAB_DIR=$AD_LAB_DIR $here/ad-lab.sh stop corp      (and: start corp)
TOUR
  if [ -n "${namespace:-}" ]; then
    printf '\nWithout root it runs in a namespace. To be inside:\n  nsenter --preserve-credentials -U -n -t %s bash\n' "$namespace"
  fi
  printf '\nCtrl-C stops everything.\n'
}

pids=()
case "${1:-}" in
  up)
    prepare
    services
    tenure_itself
    tour
    ended=0
    wait -n "${pids[@]}" || ended=$?
    say "a process ended by itself (status $ended):"
    show_logs
    exit 1
    ;;
  down) down ;;
  *) sed -n '2,7p' "$0"; exit 2 ;;
esac
