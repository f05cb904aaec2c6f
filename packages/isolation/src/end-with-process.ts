import type { ProcessGroup } from "./process-group.ts";

// The one thing that runs of a process share: its end. Nobody can see another's group here.
const groups = new Set<ProcessGroup>();

function killAll(): void {
  for (const group of groups) group.kill();
}

/** From now on the group is killed when this process exits. Gives what lets go of it. */
export function endWithProcess(group: ProcessGroup): () => void {
  // One listener for all: many would look like a leak.
  if (groups.size === 0) process.on("exit", killAll);
  groups.add(group);
  return () => {
    groups.delete(group);
    if (groups.size === 0) process.off("exit", killAll);
  };
}
