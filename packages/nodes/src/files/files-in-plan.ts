import type { FileSnapshot } from "./file-snapshot.ts";
import type { Plan } from "./plan.ts";
import type { PlannedFile, PlannedState } from "./planned-tree.ts";

/** Of larger files that the operations do not read themselves nobody reads what is gone. */
const LARGEST_KEPT = 1_048_576;

export interface FileInPlan {
  readonly path: string;
  readonly file: FileSnapshot;
}

/** A file as it is now in the plan. `content`: what is in it, where that was read already. */
export async function snapshotOf(plan: Plan, file: PlannedFile, content: Uint8Array | undefined = file.content): Promise<FileSnapshot> {
  const kept = content ?? (await contentFor(plan, file));
  const executable = ((file.mode ?? 0) & 0o100) !== 0;
  return {
    mode: executable ? "100755" : "100644",
    size: file.size,
    ...(kept ? { content: kept } : {}),
    ...(file.stamp === undefined ? {} : { stamp: file.stamp }),
  };
}

/** What is read only to be shown has to have room. */
async function contentFor({ tree, room }: Plan, file: PlannedFile): Promise<Uint8Array | undefined> {
  if (file.size > Math.min(LARGEST_KEPT, room.bytes)) return undefined;
  room.bytes -= file.size;
  return tree.bytes(file);
}

/** The files and links of a directory, and of those in it, as they are now in the plan. */
export async function filesUnder(plan: Plan, directory: string): Promise<readonly FileInPlan[]> {
  const found: FileInPlan[] = [];
  for (const [name, state] of await plan.tree.states(directory)) {
    plan.signal.throwIfAborted();
    const path = `${directory}/${name}`;
    if (state.kind === "directory") found.push(...(await filesUnder(plan, path)));
    const file = await snapshotOfAny(plan, state);
    if (file) found.push({ path, file });
  }
  return found;
}

async function snapshotOfAny(plan: Plan, state: PlannedState): Promise<FileSnapshot | undefined> {
  if (state.kind === "file") return snapshotOf(plan, state);
  if (state.kind !== "link" || state.target === undefined) return undefined;
  return { mode: "120000", size: state.target.byteLength, content: state.target };
}
