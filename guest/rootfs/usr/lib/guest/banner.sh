# The summary at the end of the boot, in CirrOS's form. Sourced by rcS.
first() { cat "$1" 2>/dev/null || echo; }

echo "=== system information ==="
echo "Platform: $(first /sys/class/dmi/id/sys_vendor) $(first /sys/class/dmi/id/product_name)"
echo "Arch: x86_64"
echo "CPU(s): $(grep -c ^processor /proc/cpuinfo)"
awk '/^MemTotal:/ { print "RAM Size: " int($2 / 1024) "MB" }' /proc/meminfo
echo "Disks:"
awk 'NR > 2 { printf "%-6s %3d:%-3d %14d\n", $4, $1, $2, $3 * 1024 }' /proc/partitions
echo "=== sshd host keys ==="
echo "-----BEGIN SSH HOST KEY FINGERPRINTS-----"
sed -n 's/^Fingerprint: //p' /etc/dropbear/host-keys
echo "-----END SSH HOST KEY FINGERPRINTS-----"
echo "-----BEGIN SSH HOST KEY KEYS-----"
sed -n '/^\(ssh\|ecdsa\)-/p' /etc/dropbear/host-keys
echo "-----END SSH HOST KEY KEYS-----"
echo "=== network info ==="
for path in /sys/class/net/*; do
  echo "if-info: ${path##*/},$(ip -o addr show dev "${path##*/}" | awk '
    { split($4, part, "/"); list = list "," part[1]; if ($3 == "inet") list = list "," part[2] }
    END { print (NR ? "up" : "down") list }')"
done
ip route | sed 's/^/ip-route:/'
echo "=== datasource: ${datasource:-none} ==="
meta name || value=N/A
echo "instance-id: ${instance_id:-N/A}"
echo "name: $value"
meta availability_zone || value=N/A
echo "availability-zone: $value"
meta hostname || value=$(hostname)
echo "local-hostname: $value"
meta launch_index || value=N/A
echo "launch-index: $value"
ip addr show | grep ' inet ' | grep -v ' 127\.'
read -r up _ </proc/uptime
echo "=== stack guest: current=$(cat /etc/guest-version) uptime=$up ==="
cat /etc/banner
