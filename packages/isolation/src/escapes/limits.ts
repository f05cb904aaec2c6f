import { chmod, stat } from "node:fs/promises";
import { join } from "node:path";
import { attempt, type EscapeAttempt, type Ground } from "./attempt.ts";
import { openLifeline } from "./lifeline.ts";
import { type Argv, node, perl, shell, systemCall } from "./programs.ts";
import { startProgram } from "./host-program.ts";
import { appears, killHolders, STUBBORN, survives } from "./survivors.ts";

const MIB = 1024 * 1024;
/** Longer than a command may take. */
const FOR_EVER_MS = "1000000";
const MEMORY_LIMIT = 256 * MIB;
/** Touches every page of so many MiB, says so, and stays as long as it is told: what notices takes its time. */
const HOLD = `
const held = Buffer.alloc(process.argv[1] * 1024 * 1024, 1);
console.log("held " + held.at(-1) + ";");
setTimeout(() => held.at(0), process.argv[2]);`;
/** Has four others hold so many MiB each at once. */
const HOLD_TOGETHER = `
const { spawn } = require("node:child_process");
const others = [1, 2, 3, 4].map(() => spawn(process.execPath, ["-e", process.argv[3], process.argv[1], "1000000"], { stdio: ["pipe", "pipe", "inherit"] }));
const all = others.map((other) => new Promise((resolve) => { other.stdout.once("data", resolve); other.once("exit", () => process.exit(1)); }));
Promise.all(all).then(() => {
  console.log("held 4;");
  setTimeout(() => { for (const other of others) other.kill("SIGKILL"); process.exit(); }, process.argv[2]);
});`;
/** Fills a file of memory that has no name, and that it does not map. `memfd_create`. */
const HOLD_UNMAPPED = (call: number) => `
my $name = "held";
my $descriptor = syscall(${call}, $name, 0);
open(my $file, ">&=", $descriptor) or die $!;
my $block = "x" x 1048576;
for (1 .. $ARGV[0]) { syswrite($file, $block) or die $!; }
print "held;";
sleep $ARGV[1] / 1000;`;
/** Starts as many processes as it is let, and says how many there were at once. */
const START = `
const { spawn } = require("node:child_process");
let left = 200, living = 0;
const others = Array.from({ length: left }, () => {
  const other = spawn("sleep", ["1000"], { stdio: "ignore" });
  const settle = (started) => { living += started; left -= 1; if (left === 0) over(); };
  other.once("spawn", () => settle(1)).once("error", () => settle(0));
  return other;
});
function over() { for (const other of others) other.kill("SIGKILL"); console.log("at once " + living + ";"); }`;
const OPEN = `
const files = [];
try { while (files.length < 1000) files.push(require("node:fs").openSync("/dev/null")); } catch (error) { console.error(error.code); }
console.log("at once " + files.length + ";");`;
/** Writes 48 MiB, says so, and stays as many seconds as it is told. */
const FILL = 'i=0; while [ $i -lt 48 ]; do head -c 1048576 /dev/zero > "fill-$i" || exit 1; i=$((i + 1)); done; echo "filled;"; sleep "$1"';
/** As much, a block or more of the disk for each byte. */
const FILL_SMALL = `
for (let index = 0; index < 12288; index++) require("node:fs").writeFileSync("small-" + index, "x");
console.log("filled;");
setTimeout(() => undefined, process.argv[1] * 1000);`;
/** The same in one file that has lost its name. */
const FILL_NAMELESS =
  'exec 9> lost; rm lost; i=0; while [ $i -lt 48 ]; do head -c 1048576 /dev/zero >&9 || exit 1; i=$((i + 1)); done; echo "filled;"; sleep "$1"';
/** Four loops for a while, then the processor time that they took: POSIX `times`, second line. */
const BURN = 'for i in 1 2 3 4; do while :; do :; done & all="$all $!"; done; sleep 1.5; kill -KILL $all; wait 2> /dev/null; times';
const FLOOD_BYTES = 200_000_000;

/** The number that a command printed after "at once". 0 when it came to none. */
async function atOnce({ exec }: Ground, argv: Argv): Promise<number> {
  return Number(/at once (\d+);/.exec((await exec(argv)).text)?.[1] ?? 0);
}

function hold(
  name: `limit.memory/${string}`,
  title: string,
  { argvOf, needs = [] }: { readonly argvOf: (stayMs: string) => Argv; readonly needs?: EscapeAttempt["needs"] },
): EscapeAttempt {
  return attempt(name, title, {
    needs,
    endsWith: "memory",
    async make(ground) {
      await ground.open({ limits: { memoryBytes: MEMORY_LIMIT } });
      const { text, reason } = await ground.exec(argvOf(ground.isolated ? FOR_EVER_MS : "0"));
      return text.includes("held") && reason !== "memory" ? `it had more than ${MEMORY_LIMIT / MIB} MiB` : undefined;
    },
  });
}

function fill(name: `limit.disk/${string}`, title: string, argvOf: (ground: Ground, staySeconds: string) => Argv): EscapeAttempt {
  return attempt(name, title, {
    endsWith: "disk",
    async make(ground) {
      await ground.open({ limits: { diskBytes: 8 * MIB } });
      const { text, reason } = await ground.exec(argvOf(ground, ground.isolated ? "1000" : "0"));
      return text.includes("filled") && reason !== "disk" ? "it wrote 48 MiB with a limit of 8" : undefined;
    },
  });
}

const CORES = 0.1;
const COUNT = 64;

export const LIMITS: readonly EscapeAttempt[] = [
  attempt("limit.wall/loop", "go on when its time is over", {
    endsWith: "timeout",
    async make(ground) {
      using lifeline = await openLifeline(ground.workspace);
      ground.defer(async () => killHolders(lifeline.path));
      const running = ground.exec(shell(STUBBORN, lifeline.path, ""), { timeoutMs: 1500 });
      await appears(lifeline);
      const { reason } = await running;
      return reason !== "timeout" || (await survives(ground, lifeline)) ? `it ended by ${reason}` : undefined;
    },
    async control(ground) {
      using lifeline = await openLifeline(ground.workspace);
      ground.defer(async () => killHolders(lifeline.path));
      const { child } = startProgram(shell(STUBBORN, lifeline.path, ""));
      await appears(lifeline);
      child.kill("SIGTERM");
      return (await lifeline.outlives(50)) ? "it ignored the request to end" : undefined;
    },
  }),
  attempt("limit.output/flood", "fill the memory of the host with output", {
    async make(ground) {
      const before = process.memoryUsage().arrayBuffers;
      const { stdout, lost } = await ground.exec(shell(`head -c ${FLOOD_BYTES} /dev/zero`), { outputLimitBytes: MIB });
      const kept = Math.max(stdout.byteLength, process.memoryUsage().arrayBuffers - before);
      if (ground.isolated && stdout.byteLength + lost.stdout < FLOOD_BYTES) throw new Error("not all of its output was read");
      return kept > 64 * MIB || stdout.byteLength > MIB ? `${Math.round(kept / MIB)} MiB of it are in memory` : undefined;
    },
  }),
  hold("limit.memory/one", "use more memory than its limit in one process", { argvOf: (stayMs) => node(HOLD, "400", stayMs) }),
  hold("limit.memory/together", "use more memory than its limit in several processes", {
    argvOf: (stayMs) => node(HOLD_TOGETHER, "80", stayMs, HOLD),
  }),
  hold("limit.memory/unmapped", "use more memory than its limit in a file of memory that it does not map", {
    needs: ["linux", "perl"],
    argvOf: (stayMs) => perl(HOLD_UNMAPPED(systemCall("memfd_create")), "400", stayMs),
  }),
  attempt("limit.pids/start", "start more processes than its limit", {
    async make(ground) {
      await ground.open({ limits: { pids: COUNT } });
      const living = await atOnce(ground, node(START));
      return living > COUNT ? `it had ${living} processes with a limit of ${COUNT}` : undefined;
    },
  }),
  attempt("limit.cpu/burn", "use more processor time than its share", {
    async make(ground) {
      await ground.open({ limits: { cpuCores: CORES } });
      const { text, durationMs } = await ground.exec(shell(BURN));
      const [, minutes, seconds] = /\n(\d+)m([\d.]+)s/.exec(text) ?? [];
      const share = ((Number(minutes) * 60 + Number(seconds)) * 1000) / durationMs;
      return share > 2 * CORES ? `it used ${share.toFixed(2)} of a processor with a limit of ${CORES}` : undefined;
    },
  }),
  attempt("limit.fileSize/write", "write a larger file than its limit", {
    async make(ground) {
      await ground.open({ limits: { fileBytes: MIB } });
      await ground.exec(shell("head -c 4194304 /dev/zero > large"));
      const { size } = await stat(join(ground.workspace, "large"));
      return size > MIB ? `it wrote ${size} bytes with a limit of ${MIB}` : undefined;
    },
  }),
  attempt("limit.openFiles/open", "open more files than its limit in one process", {
    async make(ground) {
      await ground.open({ limits: { openFiles: COUNT } });
      const opened = await atOnce(ground, node(OPEN));
      return opened > COUNT ? `it opened ${opened} files with a limit of ${COUNT}` : undefined;
    },
  }),
  fill("limit.disk/fill", "fill more of the disk than its limit", (_ground, stay) => shell(FILL, stay)),
  fill("limit.disk/home", "fill more of the disk than its limit in its home", ({ isolated, home }, stay) =>
    shell(`cd "\${2:-$HOME}" && ${FILL}`, stay, isolated ? "" : home),
  ),
  fill("limit.disk/closed", "fill more of the disk than its limit in a directory that it has closed to everybody", ({ workspace, defer }, stay) => {
    // Whoever cleans up has to get in.
    defer(async () => chmod(join(workspace, "closed"), 0o700).catch(() => undefined));
    return shell(`mkdir closed && chmod 300 closed && cd closed && ${FILL}`, stay);
  }),
  fill("limit.disk/small", "fill more of the disk than its limit with files of one byte", (_ground, stay) => node(FILL_SMALL, stay)),
  fill("limit.disk/nameless", "fill more of the disk than its limit in a file without a name", (_ground, stay) => shell(FILL_NAMELESS, stay)),
];
