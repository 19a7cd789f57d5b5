# shellcheck shell=bash
# A real InfluxDB beside the embedded store, for `up --influx`.
: "${root:?}"

# write_influx_files FOLDER PORT
write_influx_files() {
  mkdir -p "$1"
  cat >"$1/influxdb.conf" <<TOML
reporting-disabled = true
# The backup port: any free one, on loopback.
bind-address = "127.0.0.1:0"

[meta]
  dir = "$1/meta"

[data]
  dir = "$1/data"
  wal-dir = "$1/wal"
  index-version = "tsi1"
  query-log-enabled = false

[http]
  bind-address = "127.0.0.1:$2"
  log-enabled = false

[monitor]
  store-enabled = false

[continuous_queries]
  enabled = false

[logging]
  level = "warn"
TOML
}
