# PostgreSQL of a lab, sourced by lab.sh: one that takes writes, the others follow it, and every commit waits until one of
# them has it too. Which one takes writes after the first is lost is a person's decision: `lab.sh fail-over`.
# shellcheck shell=bash disable=SC2154  # lab.sh and topology.sh set the variables

postgres() { "$checkout/scripts/private-postgres.sh" "$@"; }

start_databases() {
  local first node followers
  first=$(with postgres | sed -n 1p)
  database=$(postgres start "$lab/$first" --at "${address[$first]}" "$first")
  followers=$(with postgres | tail -n +2)
  [ -n "$followers" ] || return 0
  for node in $followers; do postgres stand-by "$lab/$node" "${address[$node]}" "$node" "$lab/$first" & done
  for node in $followers; do wait -n || { say "a stand-by of PostgreSQL did not start"; return 1; }; done
  for node in $(with postgres); do postgres synchronous "$lab/$node" "ANY 1 ($(with postgres | comma))"; done
  database="${database%@*}@$(addresses postgres | sed 's/$/:5432/' | comma)/postgres?target_session_attrs=read-write"
}

say_to() { psql -XAtq "$(postgres url "$lab/$1")" -c "$2" 2>/dev/null; }

# The stand-by that has the most takes writes from now on; the others follow it.
fail_over() {
  local node has best='' most=-1 left=()
  for node in $(with postgres); do
    has=$(say_to "$node" "SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() - '0/0' ELSE -1 END") || continue
    if [ "$has" = -1 ]; then
      say "$node takes writes: end it first, since two that do would be two histories"
      return 1
    fi
    left+=("$node")
    if [ "$has" -gt "$most" ]; then best=$node most=$has; fi
  done
  if [ -z "$best" ]; then say "no stand-by answers"; return 1; fi
  postgres promote "$lab/$best"
  for node in "${left[@]}"; do
    if [ "$node" != "$best" ]; then postgres follow "$lab/$node" "$lab/$best"; fi
  done
  say "$best takes writes from now on"
}
