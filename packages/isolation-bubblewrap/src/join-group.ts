import { readFile, writeFile } from "node:fs/promises";
import type { Cgroup } from "./cgroup/cgroup.ts";
import type { Sandbox } from "./sandbox.ts";

/**
 * Puts a sandbox into a group before anything runs in it: bwrap, the first process inside, and the supervisor, which waits for its
 * first command. To have it begin in the group would take two more programs on the way to it.
 */
export async function joinGroup({ monitor, first }: Pick<Sandbox, "monitor" | "first">, group: Cgroup): Promise<void> {
  const children = await readFile(`/proc/${first.pid}/task/${first.pid}/children`, "utf8");
  const pids = [monitor, first.pid, ...children.split(" ").filter((pid) => pid !== "")];
  await Promise.all(group.join.flatMap((file) => pids.map((pid) => writeFile(file, String(pid)))));
}
