import { readFile } from "node:fs/promises";
import { attempt, type EscapeAttempt, leak } from "./attempt.ts";
import { openBystander } from "./bystander.ts";
import { node, perl, shell, systemCall } from "./programs.ts";

/** Finds the marker in the memory of a process: its environment is on its stack. */
const READ_MEMORY = `
const { openSync, readFileSync, readSync } = require("node:fs");
const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) .*\\[stack\\]$/m.exec(readFileSync("/proc/" + process.argv[1] + "/maps", "latin1"));
const stack = Buffer.alloc(parseInt(to, 16) - parseInt(from, 16));
const size = readSync(openSync("/proc/" + process.argv[1] + "/mem", "r"), stack, 0, stack.length, parseInt(from, 16));
const text = stack.toString("latin1", 0, size);
const at = text.indexOf("DAD_BYSTANDER=");
process.stdout.write(at < 0 ? "not found" : text.slice(at, at + 80));`;
/** `PTRACE_SEIZE`. Then says so and waits until its input is closed. */
const SEIZE = (call: number) => `
syscall(${call}, 0x4206, $ARGV[0] + 0, 0, 0) == 0 or die $!;
print "seized;"; sleep 1000;`;

export const PROC: readonly EscapeAttempt[] = [
  attempt("proc.visibility/stat", "see a process of the host", {
    needs: ["linux"],
    async make(ground) {
      const { pid, startTime } = await openBystander(ground);
      const { text } = await ground.exec(shell('cat "/proc/$1/stat"', pid));
      return text.split(" ").includes(startTime) ? `it saw process ${pid}` : undefined;
    },
  }),
  attempt("proc.visibility/list", "list the processes of the host", {
    needs: ["linux"],
    async make(ground) {
      const { pid, startTime } = await openBystander(ground);
      const { text } = await ground.exec(shell("cat /proc/[0-9]*/stat"));
      const line = text.split("\n").find((stat) => stat.startsWith(`${pid} `));
      return line?.split(" ").includes(startTime) ? `it saw process ${pid}` : undefined;
    },
  }),
  attempt("proc.signal/kill", "kill a process of the host", {
    async make(ground) {
      const { pid, answers } = await openBystander(ground);
      await ground.exec(shell('kill -KILL "$1"', pid));
      return (await answers()) ? undefined : `it killed process ${pid}`;
    },
  }),
  attempt("proc.signal/kill-group", "kill the process group of a process of the host", {
    async make(ground) {
      const { pid, answers } = await openBystander(ground, { leads: true });
      await ground.exec(shell('kill -s KILL -- "-$1"', pid));
      return (await answers()) ? undefined : `it killed the group of process ${pid}`;
    },
  }),
  attempt("proc.signal/trace", "trace a process of the host", {
    needs: ["linux", "perl"],
    async make(ground) {
      const { pid } = await openBystander(ground);
      const controller = new AbortController();
      const traced = Promise.withResolvers<boolean>();
      let printed = "";
      const onOutput = (stream: string, chunk: Uint8Array): void => {
        printed += stream === "stdout" ? Buffer.from(chunk).toString() : "";
        if (printed.includes("seized;")) traced.resolve(hasTracer(pid));
      };
      const running = ground.exec(perl(SEIZE(systemCall("ptrace")), pid), { signal: controller.signal, onOutput });
      const isTraced = await Promise.race([traced.promise, running.then(() => false)]).finally(() => controller.abort());
      await running;
      return isTraced ? `it traced process ${pid}` : undefined;
    },
  }),
  leak("proc.signal/memory", "read the memory of a process of the host", {
    needs: ["linux"],
    async argv(ground) {
      const { pid } = await openBystander(ground);
      return node(READ_MEMORY, pid);
    },
  }),
];

async function hasTracer(pid: string): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, "latin1");
  return !/^TracerPid:\s+0$/m.test(status);
}
