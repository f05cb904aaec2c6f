import { readFile } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Program } from "./program.ts";

/** Who is killed: the process alone, so that its git commands go on without it; all of them; or the git commands alone. */
export const VICTIMS = ["process", "all", "git"] as const;
export type Victim = (typeof VICTIMS)[number];

/** As often as that somebody looks for a git command that is at work. */
const MOST_LOOKS = 500;

export async function killVictim(program: Program, victim: Victim): Promise<void> {
  if (victim === "process") return program.kill();
  for (let look = 0; look < MOST_LOOKS; look++) {
    const children = await childrenOf(program.pid);
    if (children.length > 0 || victim === "all") {
      if (victim === "all") program.kill();
      return children.forEach(killIfThere);
    }
    await nextTurn();
  }
}

/** None where the system does not tell. */
async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  return text.split(" ").flatMap((child) => (child.trim() === "" ? [] : [Number(child)]));
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
