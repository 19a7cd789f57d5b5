# shellcheck shell=bash
# What a person sees: one line per step, with a spinner on a terminal and plain lines elsewhere; and children that are
# never left behind.

on_terminal=false
if [[ -t 1 && ${TERM:-dumb} != dumb && -z ${CI:-} ]]; then on_terminal=true; fi
good='ok' bad='!!' frames=('|' '/' '-' "\\")
if [[ ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} == *[Uu][Tt][Ff]* ]]; then
  good='✓' bad='✗' frames=(⠋ ⠙ ⠹ ⠸ ⠼ ⠴ ⠦ ⠧ ⠇ ⠏)
fi

# Process group of the step that is running, empty between steps. Steps run in a session of their own, so that Ctrl-C reaches
# this script alone and it decides what to stop and in which order.
step_group=''

say() { printf '%s\n' "$*"; }

# fail MESSAGE [WHAT TO DO]: one line each, exit 1.
fail() {
  printf 'meetnet: %s\n' "$1" >&2
  if [[ -n ${2:-} ]]; then printf '         %s\n' "$2" >&2; fi
  exit 1
}

usage_error() {
  printf 'meetnet: %s\n' "$1" >&2
  printf "         './meetnet help' lists the commands and their options.\n" >&2
  exit 2
}

stop_step() {
  if [[ -n $step_group ]]; then kill -TERM -- "-$step_group" 2>/dev/null || true; fi
  step_group=''
}

# start_step LOG COMMAND…: runs COMMAND in its own session, output to LOG ('' = where ours goes).
start_step() {
  local log=$1
  shift
  if [[ -n $log ]]; then
    setsid -- "$@" </dev/null >"$log" 2>&1 &
  else
    setsid -- "$@" </dev/null &
  fi
  step_group=$!
}

# end_step: waits for it; its exit status is ours.
end_step() {
  local status=0
  wait "$step_group" || status=$?
  step_group=''
  return "$status"
}

# step TITLE LOG COMMAND…: shows TITLE while COMMAND runs. On failure shows nothing more: the caller knows what it means.
step() {
  local title=$1 log=$2 began=$SECONDS status=0
  shift 2
  start_step "$log" "$@"
  if $on_terminal; then
    while kill -0 "$step_group" 2>/dev/null; do
      spin "$title"
    done
    end_step || status=$?
  else
    printf '     %s ...\n' "$title"
    end_step || status=$?
  fi
  finish_line "$status" "$title" "$((SECONDS - began))"
  return "$status"
}

# spin TITLE: one turn of the spinner, a tenth of a second.
spin() {
  if $on_terminal; then printf '\r\033[K  %s %s' "${frames[turn++ % ${#frames[@]}]}" "$1"; fi
  sleep 0.1 || true
}
turn=0

# finish_line STATUS TITLE SECONDS
finish_line() {
  local mark=$good
  if $on_terminal; then printf '\r\033[K'; fi
  if (($1 != 0)); then mark=$bad; fi
  if (($3 > 1)); then printf '  %2s %s (%s s)\n' "$mark" "$2" "$3"; else printf '  %2s %s\n' "$mark" "$2"; fi
}

# show_tail FILE LINES: the end of a log, indented, to stderr.
show_tail() {
  if [[ -s $1 ]]; then tail -n "$2" "$1" | sed 's/^/         | /' >&2; fi
}
