# Shell helpers of the scripts in this folder: messages, and tools that have to be there. Sourced, bash.

say() { printf '%s: %s\n' "${0##*/}" "$*"; }

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# need_tools COMMAND=PACKAGE...: installs the packages of missing commands as root; otherwise names them and ends.
need_tools() {
  local pair missing=()
  for pair; do
    [[ -n $(find_tool "${pair%%=*}") ]] || missing+=("${pair#*=}")
  done
  ((${#missing[@]})) || return 0
  mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)
  ((EUID == 0)) || die "missing tools; as root: apt-get install --no-install-recommends ${missing[*]}"
  say "installing ${missing[*]}"
  apt_install "${missing[@]}"
}

# find_tool COMMAND-OR-FILE: prints its path, also from the sbin directories that an ordinary user's PATH lacks.
find_tool() {
  if [[ $1 == /* ]]; then
    [[ -e $1 ]] && printf '%s\n' "$1"
  else
    PATH=$PATH:/usr/sbin:/sbin command -v "$1"
  fi
  return 0
}

# apt_install PACKAGE...: as root; fetches the lists once when a package is unknown.
apt_install() {
  apt-cache show "$@" >/dev/null 2>&1 || apt-get update -q
  DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@" >/dev/null
}
