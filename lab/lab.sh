#!/usr/bin/env bash
# Tenure distributed on this machine, in one of the topologies of lab/topologies: every part is a process of its own, with
# its data and log below .lab/lab, and every site a network namespace.
#   lab/lab.sh up [TOPOLOGY]   start afresh, print a tour, stay until Ctrl-C, stop everything (default: multi)
#   lab/lab.sh down            stop what an `up` that was killed left behind, and remove its data
#   lab/lab.sh kill NODE       in another terminal: kill -9 everything that runs on a node
#   lab/lab.sh start NODE      start it again
#   lab/lab.sh fail-over       after the loss of the PostgreSQL that takes writes: a stand-by takes them
# TENURE_BIN names the binary (default target/quick/tenure), LAB_PORT the core's port (default 8080), LAB_DIR another place.
# Samba's ports are fixed and below 1024. So without root everything runs in a namespace, and the tour says how to enter.
set -euo pipefail
# shellcheck disable=SC2154,SC2034  # the parts sourced below share variables
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
checkout=$(dirname "$here")
tools=$checkout/.tools/bin
tenure=${TENURE_BIN:-$checkout/target/quick/tenure}
lab=$(readlink -m "${LAB_DIR:-$checkout/.lab/lab}")
port=${LAB_PORT:-8080}
PATH=$PATH:/usr/sbin:/sbin
say() { printf 'lab: %s\n' "$*" >&2; }
for part in topology processes places certificates configuration databases directories tour; do
  # shellcheck source=/dev/null
  . "$here/$part.sh"
done

# Where a core listens; behind a proxy that is for the proxies only.
listening() { echo "${address[$1]}:$(if spread; then echo 8080; else echo "$port"; fi)"; }

prepare() {
  if [ ! -x "$tenure" ]; then say "no $tenure: run make lab"; exit 1; fi
  if [ "$(id -u)" != 0 ]; then
    unshare -Urn true 2>/dev/null || { say "needs root, or a system that lets users make namespaces; make demo needs neither"; exit 1; }
    exec unshare -Urn "$here/lab.sh" up "$1"
  fi
  if [ "$(awk '{print $2}' /proc/self/uid_map)" != 0 ]; then ip link set lo up; namespace=$$; fi
  down
  mkdir -p "$(dirname "$lab")" "$lab"
  chmod 755 "$(dirname "$lab")" "$lab"
  cp "$here/topologies/$1" "$lab/topology"
  read_topology "$lab/topology"
  for_free=$(listening "$(with core | sed -n 1p)")
  if answers "${for_free%:*}" "${for_free#*:}"; then say "$for_free is taken: LAB_PORT=8081 make lab"; exit 1; fi
  set -o errtrace
  trap 'say "failed in ${BASH_SOURCE[0]##*/}, line $LINENO: $BASH_COMMAND"' ERR
  trap "trap '' INT TERM HUP; trap - ERR; say stopping; down" EXIT     # a second Ctrl-C does not leave half of it running
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}

down() {
  local file node
  [ -d "$lab" ] || return 0
  if [ ${#nodes[@]} = 0 ] && [ -e "$lab/topology" ]; then read_topology "$lab/topology"; fi
  for file in "$lab"/*-{engine,core,proxy,leaf,mail,nats}.pid; do if [ -e "$file" ]; then end "$file"; fi; done
  stop_directories
  for node in $(with postgres); do if [ -d "$lab/$node" ]; then postgres destroy "$lab/$node"; fi; done
  for file in "$lab"/*.pid; do if [ -e "$file" ]; then end "$file"; fi; done      # the namespaces
  if [ -n "$(sites)" ]; then remove_places; fi
  rm -rf "$lab"
}

start_nats() {
  local node first
  first=$(with core | sed -n 1p)
  core_config "$first" >"$lab/$first.toml"
  for node in $(with nats); do
    nats_config "$node" >"$lab/$node.conf"
    start "$node-nats" "$tools/nats-server" --config "$lab/$node.conf"
  done
  for node in $(with nats); do until_true "$node" 60 healthy "$node"; done
}

healthy() { # NODE
  local said
  said=$( (exec 3<>"/dev/tcp/${address[$1]}/8222" && printf 'GET /healthz HTTP/1.0\r\n\r\n' >&3 && head -n 1 <&3) 2>/dev/null) || return 1
  case $said in *' 200 '*) return 0 ;; *) return 1 ;; esac
}

start_mail() {
  local node
  node=$(with mail)
  start "$node-mail" "$tools/smtp-catcher" --file "$lab/mails.jsonl"
  until_true "the mail catcher" 20 test -s "$lab/$node-mail.log"
  smtp_port=$(sed -n 's/.*"smtp_port": \([0-9]*\).*/\1/p' "$lab/$node-mail.log")
  mail_page=http://127.0.0.1:$(sed -n 's/.*"http_port": \([0-9]*\).*/\1/p' "$lab/$node-mail.log")/
}

start_cores() {
  local node first key
  first=$(with core | sed -n 1p)
  for node in $(with core); do
    if [ "$node" != "$first" ]; then
      core_config "$node" >"$lab/$node.toml"
      mkdir -p "$lab/$node/data"
      # All cores of an instance share these.
      for key in instance.key core.seed nats-operator.json; do cp -p "$lab/$first/data/$key" "$lab/$node/data/"; done
    fi
    # shellcheck disable=SC2046  # words
    start "$node-core" $(way_to "$node") "$tenure" serve --config "$lab/$node.toml"
    if [ "$node" = "$first" ]; then until_true "the set-up code" 90 grep -q -- '--code ' "$lab/$node-core.log"; fi
    until_true "$node" 90 answers "${address[$node]}" "$(listening "$node" | cut -d: -f2)"
  done
  for node in $(with proxy); do
    proxy_config "$node" >"$lab/$node-proxy.cfg"
    start "$node-proxy" haproxy -db -f "$lab/$node-proxy.cfg"
    until_true "the proxy of $node" 20 answers "${address[$node]}" 443
  done
}

settle_organisation() {
  local first code node tls=() broker
  first=$(with core | sed -n 1p)
  url=http://$(listening "$first")
  core_url=$url
  if spread; then core_url=https://core.tenure.test tls=(--core-ca "$lab/tls/ca.pem" --broker-ca "$lab/tls/ca.pem"); fi
  # Each core that starts without an administrator prints a code, and only the last one counts.
  code=$(sed -n 's/.*--code \([^ ]*\).*/\1/p' "$lab/$(with core | tail -n 1)-core.log" | sed -n 1p)
  (umask 077; od -An -tx1 -N9 /dev/urandom | tr -d ' \n' >"$lab/password")
  # An engine that has leaf nodes at its site goes through them.
  for node in $(with engine); do
    broker=$(for leaf in $(with leaf); do if [ "${place[$leaf]}" = "${place[$node]}" ]; then echo "tls://${address[$leaf]}:4222"; fi; done | comma)
    printf '%s|%s|%s|%s|%s\n' "$node" "$(of engine "$node" | cut -d: -f1)" "$(row_of "$(of engine "$node" | cut -d: -f2)")" "$broker" "$(way_to "$node")"
  done >"$lab/engines"
  "${PYTHON:-python3}" "$here/organisation.py" --url "$url" --code "$code" --password-file "$lab/password" \
    --tenure "$tenure" --folder "$lab" --core "$core_url" "${tls[@]}"
}

start_engines() {
  local node first
  for node in $(with leaf); do
    leaf_config "$node" >"$lab/$node.conf"
    # shellcheck disable=SC2046  # words
    start "$node-leaf" $(way_to "$node") "$tools/nats-server" --config "$lab/$node.conf"
  done
  for node in $(with engine); do
    # The engines of a pool share the vault.
    first=$(with "engine:$(of engine "$node" | cut -d: -f1)" | sed -n 1p)
    sed -i "s|$lab/$node/vault|$lab/$first/vault|" "$lab/$node/agent.toml"
    # shellcheck disable=SC2046  # words
    start "$node-engine" $(way_to "$node") "$tenure" agent --config "$lab/$node/agent.toml"
  done
}

up() {
  local node
  prepare "$1"
  build_places
  if spread; then
    say "certificates"
    make_authority
    for node in $(with proxy) $(with nats) $(with leaf); do make_certificate "$node"; done
  fi
  name_everything
  say "PostgreSQL and Active Directory: $(count postgres) and $(count controller) (some ten seconds)"
  start_directories &
  directories=$!
  start_databases
  wait "$directories"
  eval "$(directory env)"
  say "NATS ($(count nats)) and the mail catcher"
  start_mail
  start_nats
  say "the core ($(count core))"
  start_cores
  say "the administrator, domains, engines, people and templates"
  settle_organisation
  start_engines
  tour "$1"
  touch "$lab/ready"
  # Until a process ends that nobody killed with `lab.sh kill`.
  while :; do
    for file in "$lab"/*.pid; do
      if [ -e "$file" ] && ! is_running "$file"; then say "$(basename "$file" .pid) ended by itself:"; show_logs; exit 1; fi
    done
    sleep 1 & wait $!
  done
}

# By process id, as a power cut would.
kill_node() {
  local part
  for part in ${parts[$1]:?no such node}; do
    part=${part%%:*}
    case $part in
      postgres) kill -KILL "$(postgres pid "$lab/$1")" ;;
      controller) directory kill "$(row_of "$1")" ;;
      *) mv "$lab/$1-$part.pid" "$lab/$1-$part.killed"; end "$lab/$1-$part.killed" KILL ;;
    esac
  done
  say "$1 is dead"
}

start_node() {
  local part
  for part in ${parts[$1]:?no such node}; do
    part=${part%%:*}
    case $part in
      postgres) say "$1: a server that was the first must not come back as if nothing had happened; see docs/TOPOLOGIES.md"; return 1 ;;
      controller) start_controller "$1" ;;
      *) start_again "$1-$part" ;;
    esac
  done
}

case "${1:-}" in
  up)
    if [ ! -f "$here/topologies/${2:-multi}" ]; then say "no topology ${2}: there are $(cd "$here/topologies" && echo *)"; exit 2; fi
    up "${2:-multi}" ;;
  down) down ;;
  kill|start|fail-over)
    if [ ! -e "$lab/topology" ]; then say "no lab is running"; exit 1; fi
    read_topology "$lab/topology"
    if [ "$1" = fail-over ]; then fail_over; else "${1}_node" "${2:?which node}"; fi ;;
  *) sed -n '2,11p' "$0"; exit 2 ;;
esac
