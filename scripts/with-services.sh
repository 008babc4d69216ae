#!/usr/bin/env bash
# Runs a command beside private instances of what Tenure talks to, and stops exactly those afterwards.
#   scripts/with-services.sh [options] CMD [ARG...]
#     --no-postgres | --no-ad       leave that out
#     --require-all                 fail instead of going on without a part that cannot run here (so also where CI is set)
#     --fsync-delay-us N            add N microseconds to every fsync of PostgreSQL
#     --slow-postgres-us N          a second PostgreSQL beside the first, with that delay (TENURE_TEST_POSTGRES_SLOW)
# CMD finds: TENURE_TEST_POSTGRES (URL of a superuser), TENURE_TEST_NATS_SERVER, TENURE_TEST_SMTP (a mail catcher to
# start), TENURE_TEST_SCHEMATHESIS (programs), and what `lab/ad-lab.sh env` prints of two AD domains. A variable of a
# part that is not there is unset. Where the system allows it everything runs in a network namespace of its own, so
# that ports collide with nobody's and nothing outside sees them: CMD has no network but loopback.
# Data lies below .lab/ in the checkout and is removed at the end; TENURE_KEEP_SERVICES=1 keeps it.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
checkout=$(dirname "$here")
tools=$checkout/.tools
ad_lab=$checkout/lab/ad-lab.sh
PATH=$PATH:/usr/sbin:/sbin
say() { printf 'services: %s\n' "$*" >&2; }
usage() { sed -n '2,13p' "$0"; exit 2; }

postgres=1 ad=1 require_all=${CI:+1} delay=() slow="" inside=""
while [ $# -gt 0 ]; do
  case $1 in
    --no-postgres) postgres= ;;
    --no-ad) ad= ;;
    --require-all) require_all=1 ;;
    --fsync-delay-us) delay=(--fsync-delay-us "${2:?microseconds}"); shift ;;
    --slow-postgres-us) slow=${2:?microseconds}; shift ;;
    --inside-namespace) inside=1 ;;     # how this script calls itself again
    --) shift; break ;;
    -*) usage ;;
    *) break ;;
  esac
  shift
done
[ $# -gt 0 ] || usage

enter_namespace() {
  local how again=("$here/with-services.sh" --inside-namespace)
  if [ -n "$inside" ]; then ip link set lo up; return 0; fi
  if [ "$(id -u)" = 0 ]; then how=(unshare --net); else how=(unshare --user --map-root-user --net); fi
  if ! "${how[@]}" true 2>/dev/null; then
    say "this system lets us make no network namespace: running beside everything else"
    return 0
  fi
  [ -n "$postgres" ] || again+=(--no-postgres)
  [ -n "$ad" ] || again+=(--no-ad)
  [ -z "$require_all" ] || again+=(--require-all)
  again+=("${delay[@]}")
  [ -z "$slow" ] || again+=(--slow-postgres-us "$slow")
  exec "${how[@]}" "${again[@]}" -- "$@"
}

absent=()
cannot() {
  say "NOT HERE: $1; tests that need it do not run"
  absent+=("$1")
  if [ -n "$require_all" ]; then exit 1; fi
}

# A run is a directory with the pid of its script; the start time tells it from a later process with the same pid.
started_at() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

stop_run() { # RUN stop|destroy: whether PostgreSQL's data is kept
  local run=$1 d
  for d in "$run"/postgres*; do
    if [ -d "$d" ]; then "$here/private-postgres.sh" "$2" "$d" || say "PostgreSQL in $d did not stop"; fi
  done
  if [ -d "$run/ad" ]; then AD_LAB_DIR=$run/ad "$ad_lab" stop >/dev/null 2>&1 || say "AD in $run/ad did not stop"; fi
}

remove_run() {
  local run=$1
  if [ -L "$run/ad" ]; then rm -rf "$(readlink -f "$run/ad")"; fi
  rm -rf "$run"
}

# A run that was killed with SIGKILL could stop nothing: do it now.
sweep() {
  local run pid began
  for run in "$base"/run.*; do
    [ -f "$run/owner" ] || continue
    read -r pid began <"$run/owner" || continue
    if [ "$(started_at "$pid")" = "$began" ]; then continue; fi
    say "cleaning up after a run that was killed (${run##*/})"
    stop_run "$run" destroy
    remove_run "$run"
  done
}

child=
finish() {
  local status=$?
  trap - EXIT
  trap '' INT TERM HUP
  if [ -n "$child" ] && kill -0 "$child" 2>/dev/null; then kill -TERM "$child"; wait "$child" 2>/dev/null || true; fi
  if [ -n "${TENURE_KEEP_SERVICES:-}" ]; then stop_run "$run" stop; say "kept $run"
  else stop_run "$run" destroy; remove_run "$run"; fi
  if [ ${#absent[@]} -gt 0 ]; then say "tests that need these did not run:"; printf '  %s\n' "${absent[@]}" >&2; fi
  exit "$status"
}

start_postgres() {
  local url
  if ! "$here/private-postgres.sh" bindir >/dev/null 2>&1; then cannot "PostgreSQL (not installed)"; return 0; fi
  PATH=$("$here/private-postgres.sh" bindir):$PATH
  if ! url=$("$here/private-postgres.sh" start "$run/postgres" "${delay[@]}"); then
    cannot "PostgreSQL (did not start)"; return 0
  fi
  export TENURE_TEST_POSTGRES=$url
  say "PostgreSQL $("$here/private-postgres.sh" version)${delay[1]:+, every fsync ${delay[1]} us slower}"
  if [ -n "$slow" ]; then
    url=$("$here/private-postgres.sh" start "$run/postgres-slow" --fsync-delay-us "$slow")
    export TENURE_TEST_POSTGRES_SLOW=$url
    say "a second PostgreSQL, every fsync $slow us slower"
  fi
}

start_ad() {
  local program
  for program in samba openssl ip; do
    if ! command -v "$program" >/dev/null; then cannot "Active Directory (no $program)"; return 0; fi
  done
  if [ "$(id -u)" != 0 ]; then cannot "Active Directory (its ports need root or a namespace)"; return 0; fi
  # Samba's sockets lie below this directory, and a socket's path is at most 107 bytes.
  export AD_LAB_DIR=$run/ad
  if [ ${#AD_LAB_DIR} -gt 60 ]; then
    AD_LAB_DIR=$(mktemp -d /tmp/tenure-ad.XXXXXX)
    ln -s "$AD_LAB_DIR" "$run/ad"
  fi
  if ! "$ad_lab" up >"$run/ad.log" 2>&1; then
    tail -n 5 "$run/ad.log" >&2
    AD_LAB_DIR=$run/ad "$ad_lab" stop >/dev/null 2>&1 || true
    unset AD_LAB_DIR
    cannot "Active Directory (did not start)"
    return 0
  fi
  eval "$("$ad_lab" env)"
  say "Active Directory: $AD_CORP_REALM at $AD_CORP_ADDR, $AD_EMEA_REALM at $AD_EMEA_ADDR"
}

export_programs() {
  unset TENURE_TEST_NATS_SERVER TENURE_TEST_SMTP TENURE_TEST_SCHEMATHESIS
  local pair variable program
  for pair in TENURE_TEST_NATS_SERVER:nats-server TENURE_TEST_SMTP:smtp-catcher TENURE_TEST_SCHEMATHESIS:schemathesis; do
    variable=${pair%%:*} program=$tools/bin/${pair##*:}
    if [ -x "$program" ]; then export "$variable=$program"; else cannot "${pair##*:} (run scripts/install-tools.sh)"; fi
  done
  if [ -x "$tools/bin/restate-server" ]; then
    export TENURE_BENCH_RESTATE=$tools/bin/restate-server TENURE_BENCH_NODE_MODULES=$tools/restate/node_modules
  fi
}

enter_namespace "$@"

base=$checkout/.lab
mkdir -p "$base"
chmod 755 "$base"       # PostgreSQL's own user goes through here
run=$(mktemp -d "$base/run.XXXXXX")
chmod 755 "$run"
echo "$$ $(started_at $$)" >"$run/owner"
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP
sweep
unset TENURE_TEST_POSTGRES TENURE_TEST_POSTGRES_SLOW ${!AD_@} KRB5_CONFIG
export_programs
if [ -n "$postgres" ]; then start_postgres; fi
if [ -n "$ad" ]; then start_ad; fi
export CARGO_NET_OFFLINE=true

# In the background, so that TERM is answered at once; with the terminal and Ctrl-C as in the foreground.
# Should this script be killed with SIGKILL, the command gets TERM, and the next run sweeps up the rest.
exec 3<&0
setpriv --pdeathsig TERM env --default-signal=INT,QUIT "$@" <&3 3<&- &
child=$!
exec 3<&-
interrupted=
trap 'interrupted=130' INT      # from the terminal it reached the command too: let that end first
while :; do
  status=0
  wait "$child" || status=$?
  kill -0 "$child" 2>/dev/null || break
done
child=
exit "${interrupted:-$status}"
