import { join } from "node:path";
import { type Litter, measure, nodeDisk } from "@dad/disk";
import type { OutcomeNeeds } from "@dad/outcome-git";
import { RunId } from "@dad/protocol";
import { ifPresent, onDisk } from "./maintenance-disk.ts";

/** Looks at the homes of runs: each goes when its run needs no working tree any more. */
export async function* homeLitter(directory: string, needs: OutcomeNeeds): AsyncGenerator<Litter, void> {
  for (const { name } of (await ifPresent("list", directory, nodeDisk.readdir(directory, { withFileTypes: true }))) ?? []) {
    needs.signal?.throwIfAborted();
    const runId = RunId.safeParse(name).data;
    const path = join(directory, name);
    const found = await onDisk("look at", path, measure(nodeDisk, path));
    if (found) yield { ...found, path, what: name, ...judgement(runId, needs) };
  }
}

function judgement(runId: RunId | undefined, { byRun, whileNobodyWorks }: OutcomeNeeds): Pick<Litter, "verdict" | "reason" | "around"> {
  if (runId === undefined) return { verdict: "keep", reason: "it is not the home of a run" };
  const need = byRun(runId);
  if (need !== undefined) return { verdict: "keep", reason: need };
  return {
    verdict: "collect",
    reason: "its run is over",
    around: async (move) => (await whileNobodyWorks(runId, move)) ?? false,
  };
}
