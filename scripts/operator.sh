# shellcheck shell=bash disable=SC2034,SC2154
# Words that the operators' scripts share; sourced by them, not run. They set `script` before and may set `dry_run`.
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
python="$root/.venv/bin/python"
dry_run="${dry_run:-}"

say() { printf '%s\n' "$*"; }
die() { printf '%s: %s\n' "$script" "$1" >&2; shift; for line in "$@"; do printf '  %s\n' "$line" >&2; done; exit 1; }
refuse() { printf '%s: %s\n' "$script" "$1" >&2; exit 2; }

# The comment at the head of a script.
show_help() { sed -n '2,/^[^#]/{s/^# \{0,1\}//;t print;b;:print;p}' "$1"; }

# Do it, or with --dry-run say what would be done.
act() {
  if [ -n "$dry_run" ]; then printf 'would run:'; printf ' %q' "$@"; printf '\n'; else "$@"; fi
}

need() { command -v "$1" >/dev/null 2>&1 || die "$1 is not installed" "Debian, Ubuntu: apt-get install ${2:-$1}"; }

# answers URL: whether anything below 500 comes back.
answers() {
  local status
  status=$(curl -sk -o /dev/null -m 5 -w '%{http_code}' "$1" 2>/dev/null) || return 1
  [ "$status" -ge 100 ] && [ "$status" -lt 500 ]
}

# wait_until SECONDS COMMAND…: until it succeeds.
wait_until() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.3
  done
}

not() { ! "$@"; }

# start_detached PIDFILE LOG COMMAND…: outlives this script and its terminal; the process id is in PIDFILE.
start_detached() {
  local pid_file="$1" log="$2"
  shift 2
  setsid nohup "$@" >>"$log" 2>&1 </dev/null &
  printf '%s\n' "$!" >"$pid_file"
}

# runs PIDFILE WORD: whether the process that was noted lives and is still the one whose command line holds WORD.
runs() {
  local pid
  pid=$(cat "$1" 2>/dev/null) || return 1
  [ -r "/proc/$pid/cmdline" ] && tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qF -- "$2"
}

# end_noted PIDFILE WORD [SIGNAL]: end that process and wait for it; nothing when it is gone.
end_noted() {
  local pid
  runs "$1" "$2" || { rm -f "$1"; return 0; }
  pid=$(cat "$1")
  kill -s "${3:-TERM}" "$pid"
  wait_until 75 not runs "$1" "$2" || kill -s KILL "$pid"
  rm -f "$1"
}
