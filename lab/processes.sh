# Starting, waiting for and ending what `make lab` runs, sourced by lab.sh. Every process is known by its id and the time
# at which it started, so that nothing else is ever ended.
# shellcheck shell=bash disable=SC2154  # lab.sh sets the variables

pids=()

started_at() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

# start NAME CMD...: in the background, its output in NAME.log.
start() {
  local name=$1; shift
  printf '%q ' "$@" >"$lab/$name.command"
  (cd "$lab" && exec "$@") </dev/null >>"$lab/$name.log" 2>&1 &
  echo "$! $(started_at $!)" >"$lab/$name.pid"
  pids+=($!)
}

is_running() { # PIDFILE
  local pid began
  read -r pid began <"$1" 2>/dev/null && [ "$(started_at "$pid")" = "$began" ] \
    && [ "$(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null | cut -c1)" != Z ]
}

# Ends a process that `start` started, if it still is that one: end PIDFILE [SIGNAL...]
end() {
  local file=$1 pid try; shift
  [ $# -gt 0 ] || set -- TERM KILL
  read -r pid _ <"$file" 2>/dev/null || return 0
  for try in "$@"; do
    is_running "$file" || break
    kill "-$try" "$pid" 2>/dev/null || break
    for _ in $(seq 100); do
      is_running "$file" || break 2
      sleep 0.1
    done
    say "$(basename "$file" .pid) did not stop on SIG$try"
  done
  rm -f "$file"
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

show_logs() { find "$lab" -maxdepth 1 -name '*.log' -size +0 -exec tail -v -n 5 {} + >&2 || true; }
answers() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }    # ADDRESS PORT

# Starts again what `kill` ended, away from this terminal.
start_again() { # NAME
  rm -f "$lab/$1.killed"
  (cd "$lab" && eval "exec setsid $(cat "$lab/$1.command")") </dev/null >>"$lab/$1.log" 2>&1 &
  echo "$! $(started_at $!)" >"$lab/$1.pid"
}
