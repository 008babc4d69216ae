# Reads a description in lab/topologies, sourced by lab.sh: nodes, where they are, and what runs on them.
# shellcheck shell=bash disable=SC2034  # whoever sources it uses what it sets

nodes=()                # in the order of the file
declare -A place=() address=() parts=()

read_topology() { # FILE
  local node where at what
  while read -r node where at what; do
    case $node in ''|'#'*) continue ;; esac
    nodes+=("$node")
    place[$node]=$where address[$node]=$at parts[$node]=$what
  done <"$1"
}

# Nodes on which PART runs: `with core`, `with controller:corp`.
with() {
  local node
  for node in "${nodes[@]}"; do
    case " ${parts[$node]} " in *" $1 "*|*" $1:"*) echo "$node" ;; esac
  done
}

count() { with "$1" | grep -c . || true; }

# What follows the colon of PART on NODE: `of engine corp-agent1` is corp:corp-dc1.
of() {
  local part
  for part in ${parts[$2]}; do
    case $part in "$1":*) echo "${part#*:}" ;; esac
  done
}

addresses() { local node; for node in $(with "$1"); do echo "${address[$node]}"; done; }
domains() { local node; for node in $(with controller); do of controller "$node"; done | sort -u; }
sites() { local node; for node in "${nodes[@]}"; do echo "${place[$node]}"; done | grep -vx centre | sort -u || true; }
# Is there more than one core, or another place? Then it is not one machine, and everything is encrypted.
spread() { [ "$(count core)" -gt 1 ] || [ -n "$(sites)" ]; }

# "a,b,c" of words on lines; as an array of strings for JSON and TOML, each with PREFIX and SUFFIX.
comma() { paste -sd, -; }
quoted() { sed "s|.*|\"${1:-}&${2:-}\"|" | comma; }
