/** Programs for the shell of the image: POSIX, and only what is built into a shell, since an image may have no more. */

/** The first process of a container. Its input is held by the host, and ends with it. */
export const KEEPER = "while read -r _; do :; done";

/**
 * Says in the first line of standard error what became of the start, then becomes the command. Called with a word that
 * nobody else knows, the directory, and the command. A shell that could not start a program says so like a program that
 * failed, so that it is looked for first.
 */
export const STARTER = `
word=$1; directory=$2; shift 2
cd -- "$directory" 2>/dev/null || { printf '%s directory\\n' "$word" >&2; exit 126; }
unset OLDPWD
found=
case $1 in
  */*) [ -f "$1" ] && [ -x "$1" ] && found=1 ;;
  ?*) set -f; IFS=:
    for place in $PATH; do [ -f "$place/$1" ] && [ -x "$place/$1" ] && { found=1; break; }; done
    set +f; unset IFS place ;;
esac
[ -n "$found" ] || { printf '%s program\\n' "$word" >&2; exit 127; }
printf '%s started %s\\n' "$word" "$$" >&2
unset word directory found
exec "$@"
`;

/** Asks a command, and what stayed in its process group, to end. An engine makes each command the leader of one. Called with its process id. */
export const ASK_TO_END = `kill -s TERM -- "-$1" 2>/dev/null || kill -s TERM "$1" 2>/dev/null`;

/**
 * Ends what a command has started: whatever does not carry the mark of another one. So a daemon that left its group is found,
 * and so is what removed its mark. Called with \`NAME=mark\` and with \`NAME=\`. Ends when nothing is left.
 */
export const END_ALL = `
left=1
while [ -n "$left" ]; do
  left=
  for process in /proc/[0-9]*; do
    [ "$process" = /proc/1 ] && continue
    stat=; read -r stat < "$process/stat" || continue
    case "\${stat##*) }" in [ZX]*) continue ;; esac
    other=
    while IFS= read -r line || [ -n "$line" ]; do
      case "$line" in *"$1"*) ;; *"$2"*) other=1 ;; esac
    done < "$process/environ"
    [ -z "$other" ] && kill -s KILL "\${process#/proc/}" && left=1
  done
done 2>/dev/null
`;

/** Prints the most memory that the container has used, and how often the kernel ended something of it for want of memory: of cgroup v2, or of v1. */
export const MEASURE = `
peak=; oom=
read -r peak < /sys/fs/cgroup/memory.peak || read -r peak < /sys/fs/cgroup/memory/memory.max_usage_in_bytes
count() { while read -r name value; do [ "$name" = oom_kill ] && oom=$value; done; }
if [ -r /sys/fs/cgroup/memory.events ]; then count < /sys/fs/cgroup/memory.events; else count < /sys/fs/cgroup/memory/memory.oom_control; fi
printf 'peak %s\\noom %s\\n' "$peak" "$oom"
`;

/** Prints what a process of the container is held to, as the kernel has it, and whether the image has a node for the way out. */
export const EXAMINE = `
while read -r name value _; do
  case $name in Uid:|CapPrm:|CapEff:|CapBnd:|NoNewPrivs:|Seccomp:) printf '%s %s\\n' "\${name%:}" "$value" ;; esac
done < /proc/self/status
command -v node >/dev/null 2>&1 && printf 'node yes\\n'
:
`;
