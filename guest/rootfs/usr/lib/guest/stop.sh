# stop_everything: asks every process to end, waits at most three seconds, then makes the disks consistent.
# Sourced by rcK and power-off.

# others: processes that are neither the kernel's (empty command line), init, login prompts that init starts again, nor this one.
others() {
  for process in /proc/[0-9]*; do
    pid=${process#/proc/}
    [ "$pid" = 1 ] || [ "$pid" = $$ ] && continue
    command=
    read -r command 2>/dev/null <"$process/cmdline" || [ -n "$command" ] || continue
    case $command in
      *getty* | *login-on* | *init) ;;
      *) return 0 ;;
    esac
  done
  return 1
}

stop_everything() {
  trap '' TERM HUP
  kill -HUP -1
  kill -TERM -1
  tries=0
  while [ $tries -lt 30 ] && others; do
    usleep 100000
    tries=$((tries + 1))
  done
  kill -KILL -1
  sync
  # Frozen or busy file systems must not keep the machine from stopping.
  timeout 5 umount -a -r 2>/dev/null
}
