# What the instance's data changes in the guest. /var/lib/guest/instance-id names the instance for which it was done; another
# id (a new server from a snapshot of this disk) means doing it again.

# is_new: whether this boot is the first of $instance_id.
is_new() {
  [ -n "$instance_id" ] || return 1
  known=
  [ ! -e /var/lib/guest/instance-id ] || read -r known </var/lib/guest/instance-id
  [ "$known" != "$instance_id" ]
}

# write_file CONTENT_PATH TARGET: from the config drive's content directory, else from the service.
write_file() {
  target=/${2#/}
  mkdir -p "${target%/*}"
  if [ -e "/run/guest${1}" ]; then cp "/run/guest$1" "$target"; else fetch "openstack$1" "$target"; fi
}

# write_files: injected files, and interfaces(5) of a network without DHCP. Called before the network starts when it can be.
write_files() {
  is_new || return 0
  index=0
  while meta "files.$index.content_path"; do
    content=$value
    meta "files.$index.path" && write_file "$content" "$(printf '%b' "$value")"
    index=$((index + 1))
  done
  if meta network_config.content_path; then write_file "$value" /etc/network/interfaces; fi
}

# set_hostname: the first label, as CirrOS; the whole name stands in /etc/hosts.
set_hostname() {
  if meta hostname && [ -n "$value" ]; then
    full=$value
    short=${full%%.*}
    read -r known </etc/hostname
    if [ "$short" != "$known" ]; then
      echo "$short" >/etc/hostname
      printf '127.0.0.1 localhost\n127.0.1.1 %s %s\n::1 localhost ip6-localhost\n' "$full" "$short" >/etc/hosts
    fi
    hostname "$short"
  fi
}

# add_keys USER HOME: the key pair's public keys that are not there yet.
add_keys() {
  mkdir -p "$2/.ssh"
  touch "$2/.ssh/authorized_keys"
  while IFS= read -r line; do
    case $line in
      public_keys.*)
        printf '%b\n' "${line#*=}" | while IFS= read -r key; do
          [ -z "$key" ] || grep -qxF "$key" "$2/.ssh/authorized_keys" || echo "$key" >>"$2/.ssh/authorized_keys"
        done
        ;;
    esac
  done </run/guest/meta-data
  chmod 700 "$2/.ssh"
  chmod 600 "$2/.ssh/authorized_keys"
  chown -R "$1:$1" "$2/.ssh"
}

# make_host_keys: RSA takes long under emulation; dropbear -R makes it when a client asks for it.
# host-keys keeps what dropbearkey tells: a line for the key, a line for its fingerprint.
make_host_keys() {
  rm -f /etc/dropbear/*
  for type in ed25519 ecdsa; do
    dropbearkey -t $type -f /etc/dropbear/dropbear_${type}_host_key 2>/dev/null
  done >/etc/dropbear/host-keys
}

apply_instance() {
  mkdir -p /etc/dropbear
  set_hostname
  if is_new; then
    add_keys root /root
    add_keys cirros /home/cirros
    make_host_keys
    rm -f /var/lib/guest/user-data
    cp /run/guest/user-data /var/lib/guest/user-data 2>/dev/null
    # The id is on the disk after what it stands for, and before anybody can rely on the host keys.
    sync
    echo "$instance_id" >/var/lib/guest/instance-id
    sync
  elif [ ! -e /etc/dropbear/dropbear_ecdsa_host_key ]; then
    make_host_keys
  fi
}

# run_user_data: a script, once an instance. The mark comes first: a script that restarts the machine is not run again.
# The login prompt waits for it, but not longer than ten seconds.
run_user_data() {
  [ -e /var/lib/guest/user-data ] || return 0
  read -r ran 2>/dev/null </var/lib/guest/user-data-ran
  [ "$ran" != "$instance_id" ] || return 0
  echo "$instance_id" >/var/lib/guest/user-data-ran
  [ "$(head -c 2 /var/lib/guest/user-data)" = '#!' ] || return 0
  sync
  chmod 700 /var/lib/guest/user-data
  (cd / && setsid /var/lib/guest/user-data 2>&1 </dev/null | tee /var/log/user-data.log; sync) &
  script=$!
  tries=0
  while [ $tries -lt 100 ] && kill -0 $script 2>/dev/null; do
    usleep 100000
    tries=$((tries + 1))
  done
}
