import type { Environment, IsolationLimits } from "@dad/isolation";
import { shellQuote } from "./shell-quote.ts";

/** Where the sandbox sees the directory over which it is told of commands. It cannot change anything there, but it can use the pipes. */
export const CONTROL_PLACE = "/run/dad";

/** POSIX, `ulimit -f`: in units of 512 bytes. */
const BLOCK = 512;

/** Those that a shell sets. */
export type ProcessLimits = Pick<IsolationLimits, "fileBytes" | "openFiles" | "pids">;

/** Looks for a program where `env` would, without being one. */
const FOUND = `found() {
  case $1 in
    */*) [ -f "$1" ] && [ -x "$1" ]; return ;;
  esac
  IFS=:
  set -f
  for place in $path; do
    [ -f "\${place:-.}/$1" ] && [ -x "\${place:-.}/$1" ] && return 0
  done
  return 1
}`;

/** What a shell starts with "&" ignores SIGINT for ever. So a command is started as if it were waited for, and whoever waits is killed. */
const RUN = `run() {
  read -r self rest </proc/self/stat
  (
    kill -KILL "$self"
    exec 3<&- 4>&- 5>"${CONTROL_PLACE}/$1.status"
    (begin "$1")
    echo "ended $?" >&5
  )
}`;

/** Where the programs are that commands begin with: by then the `PATH` is theirs. */
const PLACES = 'for _dad in /usr/bin /bin /usr/local/bin; do [ -x "$_dad/setsid" ] && break; done';

const SERVE = `echo ready >&4
while read -r verb one two <&3; do
  case $verb in
    run) (run "$one") ;;
    signal) kill -s "$one" -- "$two" || kill -s "$one" -- "\${two#-}" ;;
    alive) if kill -s 0 -- "$one"; then echo "alive $one" >&4; else echo "gone $one" >&4; fi ;;
  esac
done`;

/**
 * The first program in a sandbox: it starts commands, each in a session of its own, and tells how they ended. It reads lines on
 * descriptor 3 and answers on descriptor 4; commands inherit neither. Of each command it tells on a pipe of the command's own,
 * whose end is also the end of whoever had to tell: no end is lost. Builtins and forks only, until the command itself is executed.
 */
export function supervisorProgram(limits: ProcessLimits): string {
  const begin = [
    "begin() {",
    `slot=${CONTROL_PLACE}/$1`,
    "read -r pid rest </proc/self/stat",
    '. "$slot.sh"',
    'cd "$cwd" || { echo nodirectory >&5; return; }',
    'found "$program" || { echo noprogram >&5; return; }',
    ...limitLines(limits),
    'exec <"$input" >"$slot.out" 2>"$slot.err"',
    'echo "started $pid" >&5',
    "exec 5>&-",
    "variables",
    'exec "$_dad/setsid" "$@"',
    "}",
  ];
  return ["exec </dev/null >/dev/null 2>&1", PLACES, FOUND, ...begin, RUN, SERVE].join("\n");
}

function limitLines({ fileBytes, openFiles, pids }: ProcessLimits): readonly string[] {
  return [
    "ulimit -c 0",
    ...(fileBytes === undefined ? [] : [`ulimit -f ${Math.floor(fileBytes / BLOCK)} || return`]),
    ...(openFiles === undefined ? [] : [`ulimit -n ${openFiles} || return`]),
    // Shells do not agree on the letter.
    ...(pids === undefined ? [] : [`ulimit -u ${pids} || ulimit -p ${pids} || return`]),
  ];
}

/** What the supervisor reads of a command. */
export function commandFile(command: {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Environment;
  /** Where its input comes from. */
  readonly input: string;
}): string {
  const [program, ...args] = command.argv;
  const entries = Object.entries(command.env);
  // To env, what has "=" in its name is another variable, and what begins with "-" may be an option.
  const words = /=|^-/.test(program) ? ["/bin/sh", "-c", 'exec "$0" "$@"', program, ...args] : [program, ...args];
  const areShells = command.env.PATH !== undefined && entries.every(([name]) => SHELL_NAME.test(name) && !SHELL_OWN.test(name));
  const exported = entries.map(([name, value]) => `${name}=${shellQuote(value)}`).join(" ");
  const given = ["env", "-i", "--", ...entries.map(([name, value]) => `${name}=${value}`), ...words];
  return `cwd=${shellQuote(command.cwd)}
program=${shellQuote(program)}
path=${shellQuote(command.env.PATH ?? "")}
input=${shellQuote(command.input)}
variables() { ${areShells ? `unset LC_ALL PWD OLDPWD SHLVL; export ${exported}` : ":"}; }
set -- ${areShells ? `\${BASH_VERSION:+"$_dad/env" -u _ -u SHLVL --} ${words.map(shellQuote).join(" ")}` : given.map(shellQuote).join(" ")}
`;
}

/** Variables that a shell can hand on by itself, which saves the start of another program. */
const SHELL_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Those that mean something to one shell or another, or to us. */
const SHELL_OWN =
  /^(?:_.*|BASH.*|COMP_.*|DIRSTACK|ENV|EPOCH.*|EUID|FUNCNAME|FUNCNEST|GROUPS|HISTCMD|IFS|LINENO|OLDPWD|OPTARG|OPTERR|OPTIND|POSIXLY_CORRECT|PPID|PWD|RANDOM|SECONDS|SHELLOPTS|SHLVL|SRANDOM|UID)$/;
