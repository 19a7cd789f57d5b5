# shellcheck shell=bash
# What the system must have: found by what it provides, installed by Debian's package name.
: "${root:?}" "${artifacts:?}"

# has NAME: is what the package NAME brings already here?
has() {
  case $1 in
    mosquitto) command -v mosquitto >/dev/null && command -v mosquitto_passwd >/dev/null ;;
    mosquitto-clients) command -v mosquitto_sub >/dev/null ;;
    ejabberd) command -v erl >/dev/null && compgen -G "/usr/lib/*/ejabberd-*/ebin" >/dev/null ;;
    influxdb) command -v influxd >/dev/null ;;
    e2fsprogs) command -v mkfs.ext4 >/dev/null ;;
    nodejs) command -v node >/dev/null ;;
    libsqlite3-0) has_library libsqlite3.so.0 ;;
    libssl3) has_library libssl.so.3 ;;
    python3-nmea2) [[ -e /usr/lib/python3/dist-packages/pynmea2/__init__.py ]] ;;
    tzdata) [[ -e /usr/share/zoneinfo/Europe/Brussels && -e /usr/share/zoneinfo/Europe/Amsterdam ]] ;;
    ca-certificates) [[ -s /etc/ssl/certs/ca-certificates.crt ]] ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

has_library() { compgen -G "/usr/lib/*/$1" >/dev/null || compgen -G "/lib/*/$1" >/dev/null || [[ -e /usr/lib/$1 ]]; }

# How to become root: nothing when we are, sudo when it asks no password.
as_root=()

# need PACKAGE…: installs those that are missing, says which, asks nothing.
need() {
  local package missing=()
  for package in "$@"; do has "$package" || missing+=("$package"); done
  ((${#missing[@]} > 0)) || return 0

  command -v apt-get >/dev/null ||
    fail "missing: ${missing[*]} (and this is not a Debian system: no apt-get)" "install them with this system's own package manager and try again"
  if ((EUID != 0)); then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
      as_root=(sudo -n)
    else
      fail "missing packages: ${missing[*]}; installing them needs root" "run 'apt-get install ${missing[*]}' as root, or run this command with sudo"
    fi
  fi

  mkdir -p "$artifacts/logs"
  install_packages "${missing[@]}"
  for package in "${missing[@]}"; do
    has "$package" || fail "$package was installed but what it should bring is not there" "see artifacts/logs/apt.log"
  done
}

# need_node_modules: the npm packages that tests and benchmarks compare with, exactly as tests/node/package-lock.json pins them,
# in artifacts/node. Nothing of them is run while they are installed.
need_node_modules() {
  local folder=$artifacts/node pinned=$root/tests/node/package-lock.json log=$artifacts/logs/npm.log status=0
  need nodejs npm
  if cmp -s "$pinned" "$folder/installed.json"; then return 0; fi
  mkdir -p "$folder" "$artifacts/logs"
  rm -f "$folder/installed.json"
  cp "$root/tests/node/package.json" "$pinned" "$folder/"
  step "installing the npm packages of tests/node" "$log" npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund --prefer-offline || status=$?
  if ((status != 0)); then
    if grep -qE 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH' "$log"; then
      fail "the npm registry cannot be reached, and the packages of tests/node are not installed" "connect this machine to the network (only the first run needs it); details: artifacts/logs/npm.log"
    fi
    show_tail "$log" 5
    fail "installing the npm packages of tests/node failed" "details: artifacts/logs/npm.log"
  fi
  cp "$pinned" "$folder/installed.json"
}

# Debian starts a service as soon as its package is installed and at every boot: Mosquitto on port 1883, InfluxDB on 8086, ejabberd on 5222.
# MeetNet runs its own, on its own ports, so the services are neither started nor enabled; what was there before is left alone.
install_packages() {
  local log=$artifacts/logs/apt.log status=0 package
  local get=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 -o Acquire::Retries=2 -o APT::Update::Error-Mode=any)
  step "reading Debian's package lists" "$artifacts/logs/apt-update.log" "${as_root[@]}" "${get[@]}" update || true
  guard_services
  step "installing ${*}" "$log" "${as_root[@]}" "${get[@]}" install -y --no-install-recommends "$@" || status=$?
  unguard_services
  if ((status != 0)); then
    if grep -qE 'Could not (resolve|connect)|Failed to fetch|Unable to locate package|Temporary failure' "$log" "$artifacts/logs/apt-update.log"; then
      fail "Debian's package mirror cannot be reached, and these packages are missing: $*" "connect this machine to the network, or install them by hand; details: artifacts/logs/apt.log"
    fi
    show_tail "$log" 5
    fail "installing failed: $*" "details: artifacts/logs/apt.log"
  fi
  if [[ -d /run/systemd/system ]]; then
    for package in "$@"; do
      case $package in
        mosquitto | ejabberd | influxdb) "${as_root[@]}" systemctl disable --quiet "$package" 2>/dev/null || true ;;
      esac
    done
  fi
}

# Debian's own way to say "start no service": a policy-rc.d that answers 101. An existing one is left as it is.
service_guard=/usr/sbin/policy-rc.d
service_guard_is_ours=false

guard_services() {
  [[ ! -e $service_guard ]] || return 0
  service_guard_is_ours=true
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$service_guard" >/dev/null
  "${as_root[@]}" chmod 755 "$service_guard"
}

unguard_services() {
  if $service_guard_is_ours; then "${as_root[@]}" rm -f "$service_guard"; fi
  service_guard_is_ours=false
}
