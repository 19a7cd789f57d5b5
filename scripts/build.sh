# shellcheck shell=bash
# The .NET SDK and the build: once, in Release, into artifacts/build, quiet unless it fails.
: "${root:?}" "${artifacts:?}"

# shellcheck disable=SC2034 # read by the files that source this one
gateway_dll=$artifacts/build/bin/Gateway/release/MeetNet.Gateway.dll
# shellcheck disable=SC2034
ingest_dll=$artifacts/build/bin/Ingest/release/MeetNet.Ingest.dll

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE=1
export DOTNET_GENERATE_ASPNET_CERTIFICATE=false DOTNET_ADD_GLOBAL_TOOLS_TO_PATH=false DOTNET_CLI_UI_LANGUAGE=en
# A bare Debian has no ICU, and neither the SDK nor the programs need a culture.
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
# Build servers outlive the build; nothing that this command starts may outlive it.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0
build_options=(-c Release --artifacts-path "$artifacts/build" -p:UseSharedCompilation=false -p:RestoreLockedMode=true -nodeReuse:false -v quiet)

# find_dotnet: puts an SDK that global.json accepts on PATH, or says what is missing.
find_dotnet() {
  local place
  # sudo and cron forget where the SDK was; a machine without HOME gets one for the caches.
  if ! command -v dotnet >/dev/null; then
    for place in "${DOTNET_ROOT:-}" "${HOME:-}/.dotnet" /usr/share/dotnet /usr/lib/dotnet /usr/local/share/dotnet /opt/dotnet; do
      if [[ -n $place && -x $place/dotnet ]]; then
        PATH=$place:$PATH
        break
      fi
    done
  fi
  command -v dotnet >/dev/null ||
    fail "no .NET SDK found" "install the .NET 10 SDK so that 'dotnet' is on PATH (or set DOTNET_ROOT) and try again"
  if [[ -z ${HOME:-} || ! -w $HOME ]]; then
    mkdir -p "$artifacts/home"
    export HOME=$artifacts/home DOTNET_CLI_HOME=$artifacts/home NUGET_PACKAGES=$artifacts/home/packages
  fi
  (cd "$root" && dotnet --version >/dev/null 2>&1) ||
    fail "no .NET 10 SDK found; installed: $(dotnet --list-sdks 2>/dev/null | cut -d' ' -f1 | paste -sd' ' | grep . || printf 'none')" "install the .NET 10 SDK (global.json says which) and try again"
}

# build_programs: brings the two programs up to date; nothing to do is the common case and takes no time.
build_programs() {
  local stamp=$artifacts/build/programs.stamp began
  if [[ -e $stamp && -e $gateway_dll && -e $ingest_dll ]] && ! changed_since "$stamp" src; then return 0; fi
  writable_artifacts
  began=$(date +@%s.%N)
  build "building the programs" scripts/programs.slnf
  touch -d "$began" "$stamp"
}

# writable_artifacts: what a build of another user left behind can be used, not renewed.
writable_artifacts() {
  if ! mkdir -p "$artifacts/build" "$artifacts/logs" 2>/dev/null || [[ ! -w $artifacts/build || ! -w $artifacts/logs ]]; then
    fail "the folder $artifacts is not writable for user $(id -u), and something must be built" "was it built by another user? remove it as that user with ./meetnet clean"
  fi
}

# changed_since STAMP FOLDER…: is anything in these folders, or in the files that steer every build, newer than STAMP?
changed_since() {
  local stamp=$1
  shift
  [[ -n $(cd "$root" && find "$@" Directory.Build.props Directory.Packages.props BannedSymbols.txt .editorconfig global.json \
    \( -name bin -o -name obj \) -prune -o -newer "$stamp" -print -quit) ]]
}

# build TITLE PROJECT: restore as locked, compile; one build at a time; on failure the errors themselves.
build() {
  local log=$artifacts/logs/build.log status=0 lock
  exec {lock}>"$artifacts/build/lock"
  flock --nonblock "$lock" || step "waiting for another build in this folder" '' flock "$lock"
  step "$1" "$log" dotnet build "$root/$2" "${build_options[@]}" || status=$?
  exec {lock}>&-
  if ((status == 0)); then return 0; fi
  if grep -qE 'NU1301|Unable to load the service index|NU1101' "$log"; then
    fail "the package registry cannot be reached, and not every package is in the local cache" "connect this machine to the network (only the first build needs it); details: artifacts/logs/build.log"
  fi
  if grep -q 'No space left on device' "$log"; then fail "the disk is full: $(df -h --output=avail,target "$root" | tail -1)" "free some space and try again"; fi
  { grep -E '(error|warning) [A-Z]+[0-9]+' "$log" || tail -n 10 "$log"; } | sort -u | head -n 10 | sed "s|$root/||; s/ \[.*//; s/^/         | /" >&2
  fail "the build failed" "the whole output: artifacts/logs/build.log"
}
