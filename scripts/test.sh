# shellcheck shell=bash
# Every test project once, its results as trx files, the totals counted from those files.
: "${root:?}" "${artifacts:?}"

test_results=$artifacts/test-results

# What the tests start: the broker and its clients, a second broker by other people, a time-series database, file systems that are made
# to fail, an MQTT codec, a dissector, an NMEA library and a Modbus master of other people.
test_packages=(mosquitto mosquitto-clients ejabberd influxdb e2fsprogs mount nodejs npm tshark libsqlite3-0 libssl3 python3-nmea2 mbpoll tzdata ca-certificates)

run_tests() {
  if (($# > 1)); then usage_error "test takes one filter at most: quote it if it has spaces"; fi
  local filter=${1:-} project projects=()
  case $filter in -*) usage_error "test takes a filter, not options: $filter" ;; esac
  # Conventions first: they are quick and say what is out of place. End to end last: whole systems under load.
  for project in Conventions Observations Devices Mqtt Gateway Ingest EndToEnd; do
    [[ -d $root/tests/$project.Tests ]] && projects+=("$project.Tests")
  done
  for project in "${projects[@]}"; do
    if [[ $project == "$filter" || $project == "$filter.Tests" ]]; then
      projects=("$project")
      filter=''
      break
    fi
  done
  if [[ -n $filter && $filter != *[=~]* ]]; then filter="FullyQualifiedName~$filter"; fi
  prepare_tests
  test_projects "$filter" "${projects[@]}"
}

# run_soak [ROUNDS]: the crash tests with many rounds of kill -9 instead of twenty, the fuzz tests with 100,000 packets a round, and ten
# minutes (or MEETNET_MINUTES) of chaos for the MQTT client, whose report is printed.
run_soak() {
  local rounds=${1:-200}
  if (($# > 1)) || ! [[ $rounds =~ ^[1-9][0-9]*$ ]]; then usage_error "soak takes a number of rounds"; fi
  prepare_tests
  export MEETNET_ROUNDS=$rounds MEETNET_MINUTES=${MEETNET_MINUTES:-10} MEETNET_REPORTS=$artifacts/soak
  hang_timeout=12h
  local status=0 report
  rm -rf "$MEETNET_REPORTS"
  test_projects "FullyQualifiedName~Crash|FullyQualifiedName~Fuzz|FullyQualifiedName~Chaos" Mqtt.Tests EndToEnd.Tests || status=$?
  for report in "$MEETNET_REPORTS"/*.txt; do
    if [[ -e $report ]]; then cat "$report"; fi
  done
  return "$status"
}

prepare_tests() {
  need "${test_packages[@]}"
  find_dotnet
  writable_artifacts
  need_node_modules
  rm -rf "$test_results"
  mkdir -p "$test_results"
  build "building everything" MeetNet.sln
}

# test_projects FILTER PROJECT…
test_projects() {
  local filter=$1 project status failed=0 options
  shift
  for project in "$@"; do
    options=(--logger "trx;LogFileName=$project.trx" --logger "console;verbosity=minimal" --results-directory "$test_results"
      --blame-hang-timeout "$hang_timeout" --blame-hang-dump-type none)
    if [[ -n $filter ]]; then options+=(--filter "$filter"); fi
    status=0
    step "$project" "$artifacts/logs/$project.log" \
      dotnet test "$artifacts/build/bin/$project/release/MeetNet.$project.dll" "${options[@]}" || status=$?
    if ((status != 0)); then
      failed=1
      tail -n 300 "$artifacts/logs/$project.log" | sed 's/^/     | /'
    fi
    count_results "$project" "$status"
  done
  ((all_passed + all_failed > 0)) || {
    failed=1
    printf 'meetnet: no test ran%s\n' "${filter:+ (nothing matches $filter)}" >&2
  }
  ((all_failed == 0)) || failed=1
  if ((all_skipped > 0)); then
    say "$all_passed passed, $all_failed failed, $all_skipped skipped"
  else
    say "$all_passed passed, $all_failed failed"
  fi
  return "$failed"
}

# No test of ours takes ten minutes: one that does hangs, and is named and ended.
hang_timeout=10m

all_passed=0 all_failed=0 all_skipped=0

# count_results PROJECT STATUS: reads the counters of its trx file. A run that ended badly and has no failed test to show for
# it (crashed, hung, never started) counts as one failure: its results are not all there.
count_results() {
  local file=$test_results/$1.trx counters='' passed=0 failed=0 total=0
  if [[ -s $file ]]; then counters=$(grep -o -m1 '<Counters [^>]*>' "$file" || true); fi
  if [[ -n $counters ]]; then
    total=$(counter total) passed=$(counter passed)
    failed=$(($(counter failed) + $(counter error) + $(counter timeout) + $(counter aborted)))
  fi
  local skipped=$((total - passed - failed))
  if (($2 != 0 && failed == 0)); then
    printf '     %s did not finish: counted as one failure\n' "$1"
    failed=1
  fi
  if ((total > 0 || failed > 0)); then printf '     %s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"; fi
  all_passed=$((all_passed + passed)) all_failed=$((all_failed + failed)) all_skipped=$((all_skipped + skipped))
}

counter() {
  local value
  value=$(grep -oP "\\b$1=\"\\K[0-9]+" <<<"$counters" || true)
  printf '%s' "${value:-0}"
}
