# shellcheck shell=bash
# The demonstration's broker: the production policy of firmware-config/broker with a loopback listener, and a password for
# each user, made once per data folder. A password never stands on a command line.
: "${root:?}"

# write_broker_files FOLDER PORT: mosquitto.conf and acl, from the production files.
write_broker_files() {
  local folder=$1 port=$2 policy=$root/firmware-config/broker
  {
    sed '/^# --- site ---$/,$d' "$policy/mosquitto.conf"
    printf '# --- site: the demonstration, on this machine only ---\n'
    printf 'password_file %s\nacl_file %s\npersistence_location %s/\n' "$folder/passwords" "$folder/acl" "$folder"
    # Everything that `up` starts runs as the one who started it; as root, Mosquitto would otherwise become another user, who
    # need not be able to reach this folder.
    if ((EUID == 0)); then printf 'user root\n'; fi
    printf 'listener %s 127.0.0.1\n' "$port"
  } >"$folder/mosquitto.conf"
  {
    cat "$policy/acl"
    printf '\n# The demonstration only: this broker also plays the LoRaWAN network server, on its topics v3/.\n'
    printf 'user network-server\ntopic write v3/#\npattern read v3/%%u/#\n'
  } >"$folder/acl"
}

# broker_user USER FILE: makes sure that USER has a password, that FILE (mode 600) holds it, and that the broker knows it.
broker_user() {
  local user=$1 file=$2 folder=$3 passwords=$3/passwords create=()
  if [[ -s $file && -e $passwords ]] && grep -q "^$user:" "$passwords"; then return 0; fi
  mkdir -p "$(dirname "$file")"
  (umask 077 && od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"$file")
  [[ -e $passwords ]] || create=(-c)
  # Twice on standard input, as to a person. 210,000 rounds of PBKDF2; Mosquitto's own default is 101.
  (umask 077 && { cat "$file"; echo; cat "$file"; echo; } | mosquitto_passwd -I 210000 "${create[@]}" "$passwords" "$user" >/dev/null) ||
    fail "the broker's password file $passwords cannot be written" "is the disk full, or the folder not yours?"
}
