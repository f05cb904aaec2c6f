import { attempt, type EscapeAttempt } from "./attempt.ts";
import { readlink } from "node:fs/promises";
import { hostProgram, startProgram } from "./host-program.ts";
import { openLifeline } from "./lifeline.ts";
import { perl, shell } from "./programs.ts";
import { killHolders, STUBBORN, survives } from "./survivors.ts";

const DETACHED = "< /dev/null > /dev/null 2>&1 &";
/** One stubborn process in the group of the command, one in a session of its own, and the command itself. */
const LEAVE_ALL = `exec 3>"$1"; sh -c "$3" sh "$1" "" ${DETACHED} setsid sh -c "$3" sh "$2" "" ${DETACHED} exec sleep 1000`;

/** What the first process is to do from its next return on: `prctl(PR_SET_PDEATHSIG, 0)`, and then wait for ever. */
const FORGET_PARENT = {
  x64: "b89d000000bf0100000031f60f05b8220000000f05ebf7",
  arm64: "e81480d2200080d2010080d2010000d4280980d2000080d2010080d2020080d2030080d2010000d4faffff17",
} as const;
/**
 * Writes that into the memory of the first process, where there is another one than that of the host, at the place to which it returns when
 * an orphan wakes it.
 */
const TAKE_FIRST = `
use Fcntl;
(readlink("/proc/self/ns/pid") // "") eq $ARGV[0] and exit;
open(my $call, "<", "/proc/1/syscall") or exit;
my ($at) = <$call> =~ /(0x[0-9a-f]+)\\s*$/ or exit;
sysopen(my $memory, "/proc/1/mem", O_RDWR) or exit;
sysseek($memory, hex $at, 0);
syswrite($memory, pack("H*", $ARGV[1]));
if (fork == 0) { if (fork == 0) { select(undef, undef, undef, 0.1); } exit; }
wait;
select(undef, undef, undef, 0.3);`;
const code = process.arch === "x64" || process.arch === "arm64" ? FORGET_PARENT[process.arch] : "";

/** Types the marker into the terminal, and prints how far it came. `TIOCSTI`. */
const TYPE = `
for my $path ("/dev/tty", $ARGV[1]) {
  open(my $terminal, "+<", $path) or next;
  for my $letter (split //, $ARGV[0]) { ioctl($terminal, 0x5412, $letter) or last; }
}`;
/** Has the command type, says that it is over, and writes all that came from the terminal to its error output until it is told to end. */
const LISTEN_TO_TERMINAL = `
import { readlinkSync } from "node:fs";
process.stdin.setRawMode(true);
let typed = "";
process.stdin.on("data", (chunk) => {
  typed += chunk;
  if (typed.includes("END")) { console.log("typed:" + typed); process.exit(); }
});
await run([...task.argv, readlinkSync("/proc/self/fd/0")]);
console.log("command-over");
`;

function outlive(
  name: `proc.hostDeath/${string}`,
  title: string,
  { needs = [], before, args }: { readonly needs?: EscapeAttempt["needs"]; readonly before: string; readonly args: () => Promise<readonly string[]> },
): EscapeAttempt {
  return attempt(name, title, {
    needs: ["linux", "program", ...needs],
    async make(ground) {
      using inGroup = await openLifeline(ground.workspace);
      using daemon = await openLifeline(ground.workspace);
      ground.defer(async () => Promise.all([inGroup, daemon].map(async ({ path }) => killHolders(path))));
      const argv = shell(`${before}${LEAVE_ALL}`, inGroup.path, daemon.path, STUBBORN, ...(await args()));
      const { child, failed, exited } = startProgram(hostProgram(ground, { code: "await run(task.argv);", guard: "proc.hostDeath", argv }));
      await Promise.race([Promise.all([inGroup.appeared, daemon.appeared]), failed]).finally(() => child.kill("SIGKILL"));
      child.stdout?.destroy();
      child.stderr?.destroy();
      await exited;
      const living = await Promise.all([inGroup, daemon].map(async (lifeline) => survives(ground, lifeline)));
      return living.includes(true) ? "a process lives on" : undefined;
    },
  });
}

export const HOST_DEATH: readonly EscapeAttempt[] = [
  outlive("proc.hostDeath/killed", "live on when the process that opened its space is killed", { before: "", args: async () => [] }),
  outlive("proc.hostDeath/first-process", "live on by what it writes into the memory of the first process of its space", {
    needs: ["perl"],
    before: 'perl -e "$4" "$5" "$6"; ',
    args: async () => [TAKE_FIRST, await readlink("/proc/self/ns/pid"), code],
  }),
  attempt("priv.tty/type", "type into the terminal of the host", {
    needs: ["linux", "perl", "script", "tiocsti", "program"],
    async make(ground) {
      const argv = hostProgram(ground, { code: LISTEN_TO_TERMINAL, guard: "priv.tty", argv: perl(TYPE, ground.marker) });
      const { child, failed } = startProgram(["script", "-qc", argv.map(quoted).join(" "), "/dev/null"]);
      ground.defer(() => void child.kill("SIGKILL"));
      let printed = "";
      const typed = new Promise<string>((resolve) => {
        child.stdout?.on("data", (chunk: Uint8Array) => {
          const before = printed;
          printed += Buffer.from(chunk).toString();
          // What the terminal holds is read in its order: what the command typed comes before the end.
          if (!before.includes("command-over") && printed.includes("command-over")) child.stdin?.write("END");
          const [, found] = /typed:(.*END)/s.exec(printed) ?? [];
          if (found !== undefined) resolve(found);
        });
      });
      const text = await Promise.race([typed, failed.catch((error: Error) => Promise.reject(new Error(`${error.message}${printed}`)))]);
      return text.includes(ground.marker) ? "it typed into the terminal" : undefined;
    },
  }),
];

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
