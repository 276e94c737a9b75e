# Network: every interface by DHCP, unless the config drive says how it is to be set up.

# The lines of udhcpc as older versions and CirrOS print them.
udhcpc_lines() {
  while read -r line; do
    case $line in
      "udhcpc: broadcasting discover") echo "Sending discover..." ;;
      "udhcpc: broadcasting select for "*)
        line=${line#udhcpc: broadcasting select for }
        echo "Sending select for ${line%%,*}..."
        ;;
      "udhcpc: lease of "*)
        line=${line#udhcpc: lease of }
        echo "Lease of ${line%%,*}, lease time ${line##*lease time }"
        ;;
      "udhcpc: no lease, forking to background") echo "No lease, forking to background" ;;
      *) echo "$line" ;;
    esac
  done
}

# dhcp INTERFACE: three tries of three seconds, then udhcpc goes on trying in the background.
dhcp() {
  ip link set "$1" up
  udhcpc -i "$1" -p "/var/run/udhcpc.$1.pid" -s /usr/lib/guest/dhcp-event -O staticroutes -O mtu -O search -t 3 -T 3 -b 2>&1 |
    udhcpc_lines
}

# start_interface INTERFACE: as /etc/network/interfaces says, when the file has it; else as network_data.json says; else DHCP.
start_interface() {
  read -r address <"/sys/class/net/$1/address"
  if grep -qs "^iface $1 inet static" /etc/network/interfaces; then
    ifup "$1"
  elif static=$(grep "^$address " /run/guest/static-networks 2>/dev/null); then
    ip link set "$1" up
    echo "$static" | while read -r _ kind first second; do
      case $kind in
        address) ip addr add "$first" dev "$1" ;;
        route) ip route replace "$first" via "$second" dev "$1" ;;
        dns) grep -qs "^nameserver $first$" /etc/resolv.conf || echo "nameserver $first" >>/etc/resolv.conf ;;
      esac
    done
    echo "$1: set up from the config drive"
  else
    dhcp "$1"
  fi
}

# start_network: all interfaces at once; returns when each has its address or has given up waiting.
start_network() {
  echo "Starting network..."
  : >/etc/resolv.conf
  for path in /sys/class/net/*; do
    # Only what has a device below it: not lo, no tunnels.
    [ -e "$path/device" ] || continue
    start_interface "${path##*/}" &
    started="$started $!"
  done
  # Not a plain wait, which would wait for the hotplug listener too.
  [ -z "$started" ] || wait $started
}
