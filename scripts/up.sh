# shellcheck shell=bash
# The whole system in the foreground: broker, ingest, two simulated stations, a gateway for each.
: "${root:?}" "${gateway_dll:?}" "${ingest_dll:?}"

# shellcheck source=scripts/children.sh
source "$root/scripts/children.sh"
# shellcheck source=scripts/broker.sh
source "$root/scripts/broker.sh"
# shellcheck source=scripts/influx.sh
source "$root/scripts/influx.sh"

config=$root/firmware-config
# The demonstration's stations, owner/station.
stations=(vmm/kalmthoutse-heide noord-brabant/brabantse-wal)
# Seconds that stations have to deliver a first value before `up` goes on without.
values_deadline=15

data=data
page_port=8080 broker_port=0 influx_port=0 with_influx=false

up() {
  read_options "$@"
  open_data
  check_ports
  local packages=(mosquitto libsqlite3-0 libssl3 tzdata ca-certificates)
  if $with_influx; then packages+=(influxdb); fi
  need "${packages[@]}"
  find_dotnet
  build_programs
  write_files
  start_all
  await_values
  announce
  # From here on a stop is what the operator asked for, and no failure.
  trap 'say ""; exit 0' INT TERM HUP
  watch_children
}

read_options() {
  while (($# > 0)); do
    case $1 in
      --data | --port)
        (($# > 1)) || usage_error "$1 needs a value"
        if [[ $1 == --data ]]; then data=$2; else page_port=$2; fi
        shift 2
        ;;
      --data=*) data=${1#*=} && shift ;;
      --port=*) page_port=${1#*=} && shift ;;
      --influx) with_influx=true && shift ;;
      --help | -h) help && exit 0 ;;
      *) usage_error "up does not know '$1'" ;;
    esac
  done
  if ! [[ $page_port =~ ^[1-9][0-9]{0,4}$ ]] || ((page_port > 65530)); then
    usage_error "--port takes a number from 1 to 65530, not '$page_port'"
  fi
  [[ -n $data ]] || usage_error "--data needs a folder"
  broker_port=$((page_port + 1)) influx_port=$((page_port + 2 + ${#stations[@]}))
}

# The data folder, for this `up` alone.
open_data() {
  mkdir -p "$data" 2>/dev/null || fail "the folder $data cannot be made" "give another with --data DIR"
  data=$(cd "$data" && pwd)
  [[ -w $data ]] || fail "the folder $data is not writable for $(id -un)" "give another with --data DIR"
  { exec {data_lock}>>"$data/lock"; } 2>/dev/null || fail "$data/lock cannot be written" "give another folder with --data DIR"
  flock --nonblock "$data_lock" ||
    fail "another 'meetnet up' runs on $data ($(<"$data/lock"))" "stop that one, or give another folder with --data DIR and another --port N"
  printf 'process %s, page on port %s\n' "$$" "$page_port" >"$data/lock"
  logs=$data/logs
  mkdir -p "$logs" "$data/broker" "$data/ingest"
  chmod 700 "$data/broker" "$data/ingest"
}

check_ports() {
  local i
  require_port "$page_port" "for the page"
  require_port "$broker_port" "for the broker: page port + 1"
  for i in "${!stations[@]}"; do require_port "$(gateway_port "$i")" "for the gateway of ${stations[i]#*/}: page port + $((2 + i))"; done
  if $with_influx; then require_port "$influx_port" "for InfluxDB: page port + $((2 + ${#stations[@]}))"; fi
}

gateway_port() { printf '%s' "$((page_port + 2 + $1))"; }

# require_port PORT FOR: refuses when something listens there on loopback or on every address (from the kernel's own table).
require_port() {
  local hex
  hex=$(printf '%04X' "$1")
  if grep -qsE "^ *[0-9]+: (00000000|[0-9A-F]{6}7F|0{32}|0{24}01000000|0{16}FFFF0000[0-9A-F]{6}7F):$hex [0-9A-F]+:0000 0A " /proc/net/tcp /proc/net/tcp6; then
    fail "port $1 ($2) is taken by another program" "choose another page port with --port N; the ports after it follow"
  fi
}

# Everything that is made anew at each start, or once per data folder.
write_files() {
  local station
  write_broker_files "$data/broker" "$broker_port"
  if $with_influx; then write_influx_files "$data/influx" "$influx_port"; fi
  broker_user ingest "$data/ingest/broker-password" "$data/broker"
  broker_user network-server "$data/network-server/broker-password" "$data/broker"
  for station in "${stations[@]}"; do
    mkdir -p "$data/lines/${station#*/}"
    broker_user "$station" "$data/gateway-${station#*/}/broker-password" "$data/broker"
  done
}

start_all() {
  local i station engine=()
  launch broker mosquitto -c "$data/broker/mosquitto.conf"
  await broker "broker" "$broker_port" ''
  if $with_influx; then
    launch influx influxd run -config "$data/influx/influxdb.conf"
    await influx "InfluxDB" "$influx_port" /ping
    engine=(--influx "http://$host:$influx_port/")
  fi
  launch ingest dotnet "$ingest_dll" run --config "$config/ingest/ingest.yaml" --data "$data/ingest" \
    --broker "mqtt://$host:$broker_port" --listen "$host:$page_port" "${engine[@]}"
  for i in "${!stations[@]}"; do
    station=${stations[i]#*/}
    launch "simulator-$station" dotnet "$gateway_dll" simulate --station "$config/stations/$station.yaml" \
      --simulation "$config/simulation/$station.yaml" --lines "$data/lines/$station" --broker "mqtt://$host:$broker_port"
    launch "gateway-$station" dotnet "$gateway_dll" run --config "$config/gateway/$station.yaml" --data "$data/gateway-$station" \
      --lines "$data/lines/$station" --broker "mqtt://$host:$broker_port" --listen "$host:$(gateway_port "$i")"
  done
  await ingest "ingest" "$page_port" /healthz
  for i in "${!stations[@]}"; do
    station=${stations[i]#*/}
    await "gateway-$station" "gateway $station" "$(gateway_port "$i")" /healthz
  done
}

# await_values: until the page has a value of every station. Late is said, and is no failure: what is measured is kept.
await_values() {
  local station latest missing began=$SECONDS
  while true; do
    latest=$(http_get "$page_port" /api/latest) missing=()
    for station in "${stations[@]}"; do
      if [[ $latest != *"\"$station/"* ]]; then missing+=("$station"); fi
    done
    if ((${#missing[@]} == 0)); then
      finish_line 0 "values from both sides" "$((SECONDS - began))"
      return
    fi
    if ((SECONDS - began >= values_deadline)); then
      finish_line 1 "no value yet from ${missing[*]}" "$((SECONDS - began))"
      return
    fi
    check_children
    spin "waiting for values from both sides"
  done
}

announce() {
  local name where
  printf '\nMeetNet is up: http://%s:%s/   (demonstration: every value is simulated)\n\n' "$host" "$page_port"
  for name in "${running[@]}"; do
    case $name in
      broker) where="mqtt://$host:$broker_port" ;;
      ingest) where="http://$host:$page_port" ;;
      influx) where="http://$host:$influx_port" ;;
      gateway-*) where="http://$host:$(gateway_port "$(station_index "${name#gateway-}")")" ;;
      *) where="lines/${name#simulator-}" ;;
    esac
    printf '  %-28s %-26s process %s\n' "$name" "$where" "${pid[$name]}"
  done
  printf '\n  data: %s   logs: %s/NAME.log\n' "${data#"$PWD"/}" "${logs#"$PWD"/}"
  printf '\nCtrl-C stops everything; the next ./meetnet up carries on with the same data.\n'
}

station_index() {
  local i
  for i in "${!stations[@]}"; do
    if [[ ${stations[i]#*/} == "$1" ]]; then printf '%s' "$i"; fi
  done
}

# stop_all: gateways first, so that what they have measured still reaches the hub. Runs when this script ends, however it ends.
stop_all() {
  ((${#running[@]} > 0)) || return 0
  say "stopping (Ctrl-C again: at once)"
  stop_matching 'gateway-*'
  stop_matching 'simulator-*'
  stop_matching ingest
  stop_matching broker
  stop_matching influx
  say "stopped; the data is in ${data#"$PWD"/}"
}

# hurry: a second Ctrl-C while stopping.
hurry() {
  stop_deadline=0
}
