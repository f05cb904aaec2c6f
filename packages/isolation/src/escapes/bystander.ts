import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { listedProcess } from "../proc.ts";
import type { Ground } from "./attempt.ts";

/** A process of the host that means no harm. The marker is in its environment, its arguments, and in a file that it holds open. */
export interface Bystander {
  readonly pid: string;
  /** In clock ticks since boot, as the host knows it. */
  readonly startTime: string;
  /** Whether it still answers. */
  readonly answers: () => Promise<boolean>;
}

/** The descriptor of the file that a bystander holds open. */
export const HELD_FD = 9;
const ECHO = `exec ${HELD_FD}<secret; while read -r line; do echo "$line"; done`;

/** @param leads whether it leads a process group of its own, as a command of another run does. */
export async function openBystander(ground: Ground, { leads = false }: { readonly leads?: boolean } = {}): Promise<Bystander> {
  const env = { DAD_BYSTANDER: ground.marker };
  const args = ["-c", ECHO, `dad-${ground.marker}`];
  const child = spawn("/bin/sh", args, { cwd: ground.home, env, stdio: ["pipe", "pipe", "ignore"], detached: leads });
  const exited = once(child, "exit");
  const lines = createInterface({ input: child.stdout });
  child.stdin.on("error", () => undefined);
  ground.defer(async () => {
    child.kill("SIGKILL");
    await exited;
  });
  const answers = async (): Promise<boolean> => {
    const answered = once(lines, "line");
    child.stdin.write("are you there?\n");
    return Promise.race([answered.then(() => true), exited.then(() => false)]);
  };
  await answers();
  const pid = String(child.pid);
  return { pid, startTime: (await listedProcess(pid))?.startTime ?? "unknown", answers };
}
