# Disk images from directories without root, mounts or loop devices: ext4 through debugfs, FAT through mtools, an MBR by hand.
# The same input gives the same bytes: names are sorted, times are SOURCE_DATE_EPOCH, identifiers are fixed. Sourced, bash.

# make_ext4 DIRECTORY IMAGE MEBIBYTES LABEL: owner root, except below home/NAME, which belongs to uid and gid 1000.
make_ext4() {
  local directory=$1 image=$2 uuid=6775e574-0000-4000-8000-726f6f740001 commands=$2.debugfs
  # 512 GiB worth of reserved descriptors keeps growing cheap. 4096 inodes for every 128 MiB, also of what is added later.
  truncate -s "$3M" "$image"
  E2FSPROGS_FAKE_TIME=$SOURCE_DATE_EPOCH mke2fs -q -F -t ext4 -b 4096 -I 256 -N 4096 -m 1 -L "$4" -U "$uuid" -J size=4 \
    -O none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,64bit,flex_bg,sparse_super,large_file,huge_file,dir_nlink,extra_isize,metadata_csum \
    -E "hash_seed=$uuid,resize=134217728,lazy_itable_init=1,root_owner=0:0" "$image"
  (cd "$directory" && find . -mindepth 1 -printf '%P\t%y\t%m\t%l\n' | LC_ALL=C sort) |
    while IFS=$'\t' read -r path type mode target; do
      case $type in
        d) printf 'mkdir /%s\nset_inode_field /%s mode 04%04o\n' "$path" "$path" "0$mode" ;;
        f) printf 'write %s/%s /%s\nset_inode_field /%s mode 010%04o\n' "$directory" "$path" "$path" "$path" "0$mode" ;;
        l) printf 'symlink /%s %s\n' "$path" "$target" ;;
      esac
      owner=0
      [[ $path != home/?* ]] || owner=1000
      printf 'set_inode_field /%s uid %s\nset_inode_field /%s gid %s\n' "$path" $owner "$path" $owner
    done >"$commands"
  # debugfs goes on after an error and ends with 0; it says so on standard error, after its version.
  if E2FSPROGS_FAKE_TIME=$SOURCE_DATE_EPOCH debugfs -w -f "$commands" "$image" 2>&1 >/dev/null | grep -v '^debugfs [0-9]'; then
    die "debugfs could not fill $image"
  fi
  rm -f "$commands"
  e2fsck -fn "$image" >/dev/null 2>&1 || die "$image is not clean"
}

# make_fat IMAGE MEBIBYTES FILE...: a FAT file system at IMAGE's beginning, bootable by syslinux from a partition at 1 MiB.
make_fat() {
  local image=$1 size=$2
  shift 2
  rm -f "$image"
  truncate -s "${size}M" "$image"
  mformat -i "$image" -T $((size * 2048)) -h 255 -s 63 -H 2048 -v GUESTBOOT -N 6775e574 ::
  mcopy -i "$image" -m "$@" ::/
  syslinux --install "$image"
}

# make_disk IMAGE BOOT ROOT: an MBR disk; partition 2 (active, FAT) at 1 MiB, then partition 1 (Linux), which can grow.
make_disk() {
  local image=$1 boot=$2 root=$3 boot_sectors root_sectors
  boot_sectors=$(($(stat -c %s "$boot") / 512))
  root_sectors=$(($(stat -c %s "$root") / 512))
  rm -f "$image"
  truncate -s $(((2048 + boot_sectors + root_sectors) * 512)) "$image"
  dd if=/usr/lib/syslinux/mbr/mbr.bin of="$image" bs=440 conv=notrunc status=none
  write_partition "$image" 1 00 83 $((2048 + boot_sectors)) "$root_sectors"
  write_partition "$image" 2 80 0e 2048 "$boot_sectors"
  printf 'gst1' | dd of="$image" bs=1 seek=440 conv=notrunc status=none
  printf '\x55\xaa' | dd of="$image" bs=1 seek=510 conv=notrunc status=none
  dd if="$boot" of="$image" bs=1M seek=1 conv=notrunc,sparse status=none
  dd if="$root" of="$image" bs=1M seek=$((1 + boot_sectors / 2048)) conv=notrunc,sparse status=none
}

# write_partition IMAGE NUMBER FLAG TYPE START SECTORS: one MBR entry, flag and type in hexadecimal.
write_partition() {
  printf "\\x$3$(chs "$5")\\x$4$(chs $(($5 + $6 - 1)))$(bytes "$5" 4)$(bytes "$6" 4)" |
    dd of="$1" bs=1 seek=$((446 + 16 * ($2 - 1))) conv=notrunc status=none
}

# bytes NUMBER COUNT: little-endian, as escapes for printf.
bytes() {
  local i
  for ((i = 0; i < $2; i++)); do printf '\\x%02x' $(($1 >> 8 * i & 255)); done
}

# chs SECTOR: as an MBR has it, for 255 heads of 63 sectors; the images are smaller than the 8 GB that it can express.
chs() {
  local cylinder=$(($1 / 16065))
  bytes $((($1 / 63 % 255) | ($1 % 63 + 1 | (cylinder >> 2 & 192)) << 8 | (cylinder & 255) << 16)) 3
}
