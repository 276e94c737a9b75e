# What the guest takes from Debian: versions, downloads, unpacking. Needs apt-get, apt-cache and dpkg-deb, not root. Sourced, bash.

# kernel_package FLAVOUR: the package behind Debian's meta package ("cloud" or "generic").
kernel_package() {
  local meta=linux-image-amd64
  [[ $1 == generic ]] || meta=linux-image-$1-amd64
  apt-cache depends --important "$meta" | sed -n 's/^ *Depends: \(linux-image-[^ ]*\)$/\1/p' | head -n 1
}

# package_versions PACKAGE...: "PACKAGE VERSION" of each candidate.
package_versions() {
  local known package
  known=$(apt-cache policy "$@" | awk '/^[^ ]/ { sub(/:$/, ""); name = $0 } $1 == "Candidate:" && $2 != "(none)" { print name, $2 }')
  for package; do
    grep "^$package " <<<"$known" || die "apt does not know $package (apt-get update?)"
  done
}

# fetch_package PACKAGE VERSION DIRECTORY: prints the path of the .deb, downloading it unless it is there.
fetch_package() {
  local file
  # apt writes the colon of an epoch as %3a.
  file=$(compgen -G "$3/$1_${2/:/%3a}_*.deb" | head -n 1) || true
  if [[ -z $file ]]; then
    (cd "$3" && apt-get -o APT::Sandbox::User=root -qq download "$1=$2") || die "cannot download $1=$2"
    file=$(compgen -G "$3/$1_${2/:/%3a}_*.deb" | head -n 1)
  fi
  printf '%s\n' "$file"
}

# install_files UNPACKED ROOT FILE...: copies files of an unpacked package; "A=>B" renames. Everything lands below usr, sbin in bin.
install_files() {
  local unpacked=$1 root=$2 item from to
  shift 2
  for item; do
    from=${item%%=>*}
    to=${item##*=>}
    [[ $to == usr/* || $to == etc/* ]] || to=usr/$to
    to=${to/#usr\/sbin\//usr/bin/}
    # A package may have moved from /lib to /usr/lib.
    [[ -e $unpacked/$from ]] || from=usr/$from
    [[ -e $unpacked/$from ]] || die "no $from in ${unpacked##*/}"
    mkdir -p "$root/${to%/*}"
    cp -L --preserve=mode "$unpacked/$from" "$root/$to"
  done
}

# check_libraries ROOT: every program and library must find what it is linked with inside ROOT.
check_libraries() {
  local file answer loader=$1/usr/lib64/ld-linux-x86-64.so.2
  while IFS= read -r file; do
    [[ $(head -c 4 "$file" | tail -c 3) == ELF && $file != "$loader" ]] || continue
    # A static program is refused by the loader; it needs nothing.
    answer=$("$loader" --inhibit-cache --library-path "$1/usr/lib/x86_64-linux-gnu:$1/usr/libexec/sudo" --list "$file" 2>/dev/null) || continue
    [[ $answer != *"not found"* ]] || die "$file lacks: $(grep 'not found' <<<"$answer" | tr -s '\t\n' ' ')"
  done < <(find "$1/usr" -type f -perm /111 -o -type f -name '*.so*' -path '*/usr/*')
}

# install_modules TREE VERSION FLAVOUR LIST BUSYBOX ROOT: the modules that LIST wants for that kernel, with what they depend on.
install_modules() {
  local tree=$1 version=$2 flavour=$3 list=$4 busybox=$5 root=$6
  local from=$tree/lib/modules/$version to=$root/lib/modules/$version name kernels path line
  local -A dependencies=() path_of=() builtin=()
  [[ -e $from/modules.dep ]] || "$busybox" depmod -b "$tree" "$version"
  while IFS= read -r line; do
    path=${line%%:*}
    name=${path##*/}
    name=${name%.ko}
    dependencies[$path]=${line#*:}
    path_of[${name//-/_}]=$path
  done <"$from/modules.dep"
  while IFS= read -r path; do
    name=${path##*/}
    name=${name%.ko}
    builtin[${name//-/_}]=1
  done <"$from/modules.builtin"
  while read -r name kernels; do
    [[ -n $name && $name != \#* ]] || continue
    [[ $kernels == both || $kernels == "$flavour" ]] || continue
    [[ -z ${builtin[$name]:-} ]] || continue
    path=${path_of[$name]:-}
    [[ -n $path ]] || die "the $flavour kernel has no module $name"
    for path in $path ${dependencies[$path]}; do
      mkdir -p "$to/${path%/*}"
      cp "$from/$path" "$to/$path"
    done
  done <"$list"
  cp "$from/modules.builtin" "$from/modules.order" "$to/"
  "$busybox" depmod -b "$root" "$version"
  rm -f "$to/modules.order"
}
