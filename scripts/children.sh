# shellcheck shell=bash
# Long-lived children: started in sessions of their own, watched, stopped in order, never left behind.
: "${root:?}"

declare -A pid=()      # NAME -> process id, which is also its session and process group
running=()             # names in the order in which they were started
logs=''                # folder of their logs
data_lock=0             # descriptor of the lock on the data folder, which no child may keep
host=127.0.0.1

# Seconds a child has to stop after TERM before it is killed.
stop_deadline=15
# Seconds from start until a child must be healthy.
health_deadline=60

# launch NAME COMMAND…: the kernel sends it TERM should this script be killed.
launch() {
  local name=$1 log=$logs/$1.log
  shift
  if [[ -e $log ]]; then mv "$log" "$log.previous"; fi
  setsid -- setpriv --pdeathsig TERM -- "$@" </dev/null >"$log" 2>&1 {data_lock}>&- &
  pid[$name]=$!
  running+=("$name")
}

# await NAME TITLE PORT PATH: until the child answers 200 there (PATH '': until it listens); gives up when it ended or is late.
await() {
  local name=$1 title=$2 port=$3 path=$4 began=$SECONDS
  until answers "$port" "$path"; do
    check_children
    ((SECONDS - began < health_deadline)) || {
      show_tail "$logs/$name.log" 10
      fail "$name is not healthy after $health_deadline s" "its log: $logs/$name.log"
    }
    spin "$title"
  done
  finish_line 0 "$title" "$((SECONDS - began))"
}

# answers PORT PATH: without curl, which a bare Debian does not have.
answers() {
  if [[ -z $2 ]]; then
    (exec 3<>"/dev/tcp/$host/$1") 2>/dev/null
  else
    [[ $(http_get "$1" "$2" | head -n 1) == 'HTTP/1.'?' 20'* ]]
  fi
}

# http_get PORT PATH: head and body, nothing when there is no answer.
http_get() {
  (
    exec 3<>"/dev/tcp/$host/$1" || exit 1
    printf 'GET %s HTTP/1.0\r\nHost: %s\r\nConnection: close\r\n\r\n' "$2" "$host:$1" >&3
    timeout 3 cat <&3
  ) 2>/dev/null || true
}

# check_children: ends this script when a child has ended.
check_children() {
  local name
  for name in "${running[@]}"; do
    kill -0 "${pid[$name]}" 2>/dev/null || report_death "$name"
  done
}

# watch_children: never returns.
watch_children() {
  while true; do
    check_children
    # Bash has its own words for a child that was killed; report_death says it better.
    wait -n "${pid[@]}" 2>/dev/null || true
  done
}

# report_death NAME: a child ended that should not have. Restarting is the work of systemd in production; here it is shown.
report_death() {
  local status=0
  wait "${pid[$1]}" 2>/dev/null || status=$?
  printf '\nmeetnet: %s ended unexpectedly (%s). Its last lines:\n' "$1" "$(describe_status "$status")" >&2
  show_tail "$logs/$1.log" 12
  fail "stopping, because $1 is gone" "its whole log: $logs/$1.log"
}

describe_status() {
  if (($1 > 128)); then printf 'killed by SIG%s' "$(kill -l "$1")"; else printf 'exit status %s' "$1"; fi
}

# stop_matching PATTERN: TERM to each that matches, then KILL to what is left of its group at the deadline.
stop_matching() {
  local name began=$SECONDS left=()
  for name in "${running[@]}"; do
    # shellcheck disable=SC2053 # the right side is a pattern
    if [[ $name == $1 ]] && kill -TERM -- "-${pid[$name]}" 2>/dev/null; then left+=("$name"); fi
  done
  for name in "${left[@]}"; do
    while kill -0 -- "-${pid[$name]}" 2>/dev/null; do
      if ((SECONDS - began >= stop_deadline)) && kill -KILL -- "-${pid[$name]}" 2>/dev/null; then
        say "$name did not stop in time: killed"
        began=$SECONDS
      fi
      sleep 0.05 || true
    done 2>/dev/null # Bash announces killed children in its own words
  done
}
