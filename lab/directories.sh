# The domain controllers of a lab, sourced by lab.sh. ad-lab.sh makes and runs them; this says which and where.
# shellcheck shell=bash disable=SC2154  # lab.sh and topology.sh set the variables

# What ad-lab.sh calls the controller on NODE: its domain, and which of it beyond the first.
row_of() {
  local domain number=0 node
  domain=$(of controller "$1")
  for node in $(with "controller:$domain"); do
    number=$((number + 1))
    if [ "$node" = "$1" ]; then break; fi
  done
  echo "$domain$(if [ "$number" -gt 1 ]; then echo "$number"; fi)"
}

controllers() {
  local node domain row
  for node in $(with controller); do
    domain=$(of controller "$node") row=$(row_of "$node")
    case $domain in
      corp) echo "$row ${address[$node]} CORP.EXAMPLE.COM CORP $node $(if [ "$row" != corp ]; then echo corp; fi)" ;;
      emea) echo "$row ${address[$node]} EMEA.EXAMPLE.NET EMEA $node $(if [ "$row" != emea ]; then echo emea; fi)" ;;
    esac
  done | paste -sd';' -
}

directory() { AD_LAB_DIR=$lab/ad AD_LAB_CONTROLLERS=$(controllers) "$here/ad-lab.sh" "$@"; }

# Domains beside each other, the controllers of one after each other.
start_directories() {
  local domain node started=()
  if [ ${#lab} -gt 55 ]; then     # Samba's sockets lie below, and a socket's path is at most 107 bytes
    ln -s "$(mktemp -d /tmp/tenure-lab-ad.XXXXXX)" "$lab/ad"
  fi
  directory prepare
  for domain in $(domains); do
    (for node in $(with "controller:$domain"); do start_controller "$node"; done) >"$lab/ad-$domain.log" 2>&1 &
    started+=($!)
  done
  for domain in "${started[@]}"; do
    wait "$domain" || { say "a domain controller did not start:"; tail -n 5 "$lab"/ad-*.log >&2; return 1; }
  done
}

start_controller() { # NODE
  local way row
  row=$(row_of "$1")
  way=$(way_to "$1")
  # shellcheck disable=SC2086  # words
  AD_LAB_DIR=$(readlink -f "$lab/ad") AD_LAB_CONTROLLERS=$(controllers) \
    ${way%%$here/*} "$here/ad-lab.sh" provision "$row"
  # shellcheck disable=SC2086  # words
  AD_LAB_DIR=$(readlink -f "$lab/ad") AD_LAB_CONTROLLERS=$(controllers) \
    ${way%%$here/*} "$here/ad-lab.sh" start "$row"
}

stop_directories() {
  [ -e "$lab/ad" ] || return 0
  directory stop >/dev/null 2>&1 || say "Active Directory did not stop"
  if [ -L "$lab/ad" ]; then rm -rf "$(readlink -f "$lab/ad")"; fi
}
