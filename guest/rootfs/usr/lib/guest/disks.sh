# Disks: names that do not depend on the order of attachment, and a root file system as large as its disk.

# link_disks [DEVICE]: /dev/disk/by-label, by-uuid and (virtio's serial number, where a cloud puts the volume's id) by-id.
link_disks() {
  mkdir -p /dev/disk/by-label /dev/disk/by-uuid /dev/disk/by-id
  # "DEVNAME=/dev/vda1", "LABEL=guest-root", ...: a group of lines for each file system.
  blkid -c /dev/null -o export "$@" 2>/dev/null | while IFS= read -r line; do
    value=${line#*=}
    case $line in
      DEVNAME=*) name=${value#/dev/} ;;
      LABEL=*/* | LABEL=.*) ;;
      LABEL=*) ln -sfn "../../$name" "/dev/disk/by-label/$value" ;;
      UUID=*) ln -sfn "../../$name" "/dev/disk/by-uuid/$value" ;;
    esac
  done
  for path in /sys/block/vd*/serial; do
    serial=
    read -r serial 2>/dev/null <"$path"
    [ -z "$serial" ] || ln -sfn "../../$(basename "${path%/serial}")" "/dev/disk/by-id/virtio-$serial"
  done
}

# unlink_disk DEVICE: removes the names of a disk that went away.
unlink_disk() {
  for link in /dev/disk/by-*/*; do
    [ "$(readlink "$link")" = "../../${1#/dev/}" ] && rm -f "$link"
  done
}

# grow_root: tells the file system of a larger partition or disk. Skipped when the size is that of the last boot.
grow_root() {
  read -r device </run/root-device
  read -r sectors <"/sys/class/block/${device#/dev/}/size"
  known=
  [ ! -e /var/lib/guest/root-sectors ] || read -r known </var/lib/guest/root-sectors
  [ "$sectors" != "$known" ] || return 0
  if resize2fs "$device" >/run/resize2fs.log 2>&1; then
    echo "$sectors" >/var/lib/guest/root-sectors
    echo "resize2fs: $device is $((sectors / 2048)) MiB"
  else
    cat /run/resize2fs.log
  fi
}
