import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

/** A program of this directory in a process of its own. */
export interface Program {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  /** What it prints next, `undefined` when it ends before. */
  line(): Promise<string | undefined>;
  /** Kills it when it is still there, and waits for its end. */
  kill(): Promise<void>;
}

export function start(script: string, ...args: readonly string[]): Program {
  const child = spawn(process.execPath, ["--conditions=@dad/source", join(import.meta.dirname, script), ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exit = once(child, "exit");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    line: async () => (await lines.next()).value as string | undefined,
    async kill() {
      child.kill("SIGKILL");
      await exit;
    },
  };
}
