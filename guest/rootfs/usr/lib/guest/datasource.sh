# Where the instance's data comes from: a config drive, else the metadata service. Either way afterwards
#   $datasource    "configdrive local" or "ec2 net"; empty when there is none
#   $instance_id   tells one instance from the next, for work that is done once an instance
#   /run/guest/meta-data, user-data, content/    meta_data.json flattened by json.awk, the raw user data, injected files
# Facts: the "Metadata" and "Config drives" chapters of Nova's user guide; the printed lines are CirrOS's.
# Debian's busybox has no wget -T (it crashes on it), hence timeout.
service=http://169.254.169.254
datasource=
instance_id=

# meta KEY: sets $value.
meta() {
  value=
  [ -e /run/guest/meta-data ] || return 1
  while IFS= read -r line; do
    case $line in
      "$1="*)
        value=${line#*=}
        return 0
        ;;
    esac
  done </run/guest/meta-data
  return 1
}

# flatten_networks JSON: "MAC address ADDRESS/BITS", "MAC route NETWORK/BITS GATEWAY", "MAC dns SERVER" for every static network.
flatten_networks() {
  awk -f /usr/lib/guest/json.awk "$1" | awk '
    function bits(mask,   part, n, i, count) {
      if (mask !~ /[.:]/) return mask
      count = 0
      n = split(mask, part, /[.]/)
      for (i = 1; i <= n; i++) while (part[i] > 0) { count += part[i] % 2; part[i] = int(part[i] / 2) }
      return count
    }
    { at = index($0, "="); item[substr($0, 1, at - 1)] = substr($0, at + 1) }
    END {
      for (i = 0; ("links." i ".id") in item; i++)
        mac[item["links." i ".id"]] = tolower(item["links." i ".ethernet_mac_address"])
      for (i = 0; ("networks." i ".type") in item; i++) {
        n = "networks." i "."
        if (item[n "type"] !~ /^ipv[46]$/) continue
        who = mac[item[n "link"]]
        address = item[n "ip_address"]
        if (address !~ /\//) address = address "/" bits(item[n "netmask"])
        print who, "address", address
        for (j = 0; (n "routes." j ".network") in item; j++) {
          r = n "routes." j "."
          print who, "route", item[r "network"] "/" bits(item[r "netmask"]), item[r "gateway"]
        }
        for (j = 0; ("services." j ".address") in item; j++) print who, "dns", item["services." j ".address"]
      }
    }'
}

read_config_drive() {
  mkdir -p /run/guest/drive
  for device in /dev/disk/by-label/config-2 /dev/disk/by-label/CONFIG-2; do
    [ -e "$device" ] || continue
    mount -t iso9660 -o ro "$device" /run/guest/drive 2>/dev/null || mount -t vfat -o ro "$device" /run/guest/drive || continue
    # The newest version sorts last: dates, then "latest".
    version=
    for path in /run/guest/drive/openstack/*/meta_data.json; do
      [ ! -e "$path" ] || version=${path%/*}
    done
    if [ -n "$version" ]; then
      awk -f /usr/lib/guest/json.awk "$version/meta_data.json" >/run/guest/meta-data
      [ ! -e "$version/user_data" ] || cp "$version/user_data" /run/guest/user-data
      [ ! -e "$version/network_data.json" ] || flatten_networks "$version/network_data.json" >/run/guest/static-networks
      [ ! -d /run/guest/drive/openstack/content ] || cp -r /run/guest/drive/openstack/content /run/guest/content
      meta uuid
      instance_id=$value
      datasource="configdrive local"
      echo "found datasource (configdrive, local)"
      write_files
    fi
    umount /run/guest/drive
    [ -z "$datasource" ] || return 0
  done
}

# fetch PATH FILE: from the metadata service; prints wget's complaint and fails when there is none.
fetch() {
  timeout 10 wget -q -O "$2" "$service/$1" && return 0
  rm -f "$2"
  return 1
}

# read_ec2_tree: what a service without the OpenStack tree tells, under the same keys.
read_ec2_tree() {
  for pair in hostname=hostname placement/availability-zone=availability_zone ami-launch-index=launch_index; do
    fetch "2009-04-04/meta-data/${pair%=*}" /run/guest/one && echo "${pair#*=}=$(cat /run/guest/one)"
  done
  fetch 2009-04-04/meta-data/public-keys/ /run/guest/one && sed 's/=.*//' /run/guest/one | while read -r number; do
    fetch "2009-04-04/meta-data/public-keys/$number/openssh-key" /run/guest/one && echo "public_keys.$number=$(cat /run/guest/one)"
  done
}

read_metadata_service() {
  mkdir -p /run/guest
  echo "checking $service/2009-04-04/instance-id"
  try=1
  until instance_id=$(timeout 3 wget -q -O - "$service/2009-04-04/meta-data/instance-id") && [ -n "$instance_id" ]; do
    read -r up _ </proc/uptime
    echo "failed $try/20: up $up. request failed"
    instance_id=
    [ $try -lt 20 ] || return 1
    try=$((try + 1))
    sleep 1
  done
  read -r up _ </proc/uptime
  echo "successful after $try/20 tries: up $up. iid=$instance_id"
  if fetch openstack/latest/meta_data.json /run/guest/meta_data.json; then
    awk -f /usr/lib/guest/json.awk /run/guest/meta_data.json >/run/guest/meta-data
  else
    read_ec2_tree >/run/guest/meta-data
  fi
  if ! fetch 2009-04-04/user-data /run/guest/user-data 2>/dev/null; then
    echo "failed to get $service/2009-04-04/user-data"
    echo "warning: no ec2 metadata for user-data"
  fi
  datasource="ec2 net"
  echo "found datasource (ec2, net)"
  write_files
}
