#!/usr/bin/env bash
# Builds, checks and tests the web application, and does nothing twice: packages are installed when package-lock.json
# changed, files are built when a source did. Brings Node.js into .tools/ where the machine's own is too old.
#   scripts/build-ui.sh build     ui/dist, which the release binary contains and a debug binary reads
#   scripts/build-ui.sh lint      types and oxlint
#   scripts/build-ui.sh unit      unit tests
#   scripts/build-ui.sh e2e       in Chromium, against the binary of $TENURE_BIN (by default target/debug/tenure)
#   scripts/build-ui.sh bench …   measures its targets on a large organisation, with the binary of $TENURE_BIN
#   scripts/build-ui.sh run …     npm run … with that Node.js: `run dev`
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
checkout=$(dirname "$here")
tools=$checkout/.tools
ui=$checkout/ui
pins=$here/tools/node.txt

say() { printf 'ui: %s\n' "$*" >&2; }

# Vite needs 20.19 or newer.
new_enough() {
  local version
  version=$("$1" --version 2>/dev/null) || return 1
  [ "$(printf 'v20.19\n%s\n' "$version" | sort -V | head -n 1)" = v20.19 ]
}

# PyPI has Node.js as a wheel.
fetch_node() {
  local venv=$tools/node stamp
  stamp="$(sha256sum <"$pins" | cut -d' ' -f1) $venv"
  if [ "$(cat "$venv/stamp" 2>/dev/null)" != "$stamp" ]; then
    say "installing Node.js into .tools (the machine has none that is new enough)"
    rm -rf "$venv"
    mkdir -p "$tools"
    python3 -m venv "$venv" &&
      "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$pins" >&2 &&
      printf '%s\n' "$stamp" >"$venv/stamp" || return 1
  fi
  PATH=$venv/bin:$PATH
}

find_node() {
  if command -v npm >/dev/null && new_enough node; then return 0; fi
  if fetch_node && new_enough node; then return 0; fi
  say "no Node.js 20.19 or newer, and PyPI's could not be installed: the binary is built without the web application"
  # On one's own machine that is a choice; what is checked and delivered has to have it.
  if [ -n "${CI:-}" ]; then exit 1; fi
  exit 0
}

install_packages() {
  local stamp
  stamp="$(sha256sum <"$ui/package-lock.json" | cut -d' ' -f1) $ui"
  if [ "$(cat "$ui/node_modules/.tenure" 2>/dev/null)" = "$stamp" ]; then return 0; fi
  say "installing packages"
  # Install scripts of the packages are not run: none that is used here needs its own.
  (cd "$ui" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
  printf '%s\n' "$stamp" >"$ui/node_modules/.tenure"
}

generate() { (cd "$ui" && npm run --silent api); }

sources() {
  (cd "$checkout" && find ui/src ui/public ui/tools ui/index.html ui/vite.config.ts ui/package-lock.json schemas/openapi.json \
    -type f ! -path ui/src/api/schema.d.ts -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
}

build() {
  local stamp
  stamp=$(sources)
  if [ -e "$ui/dist/index.html" ] && [ "$(cat "$ui/node_modules/.built" 2>/dev/null)" = "$stamp" ]; then return 0; fi
  say "building"
  generate
  (cd "$ui" && npm run --silent build -- --logLevel warn)
  printf '%s\n' "$stamp" >"$ui/node_modules/.built"
}

what=${1:-build}
case $what in build | lint | unit | e2e | bench | run) ;; *) sed -n '2,9p' "$0"; exit 2 ;; esac
find_node
install_packages
case $what in
  build) build ;;
  lint) generate; cd "$ui"; npm run --silent lint ;;
  unit) cd "$ui"; npm run --silent unit ;;
  e2e | bench)
    if ! command -v chromium chromium-browser google-chrome >/dev/null; then
      say "NOT RUN: no Chromium (scripts/install-tools.sh installs it, as root)"
      if [ -n "${CI:-}" ]; then exit 1; fi
      exit 0
    fi
    build
    shift
    cd "$ui"; npm run --silent "$what" -- "$@" ;;
  run) shift; generate; cd "$ui"; exec npm run --silent "$@" ;;
esac
