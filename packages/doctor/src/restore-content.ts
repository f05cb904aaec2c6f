import type { ArtifactEntry, RunId } from "@dad/protocol";
import { contentsOf } from "./contents.ts";
import { digestOf } from "./content-digest.ts";
import type { MaintainedStore, RunFile } from "./maintained-store.ts";

export interface LostContent {
  readonly runId: RunId;
  readonly entry: Pick<ArtifactEntry, "path" | "digest" | "size">;
  readonly signal?: AbortSignal | undefined;
}

/** Whether the directory of the run still shows content that the store has lost. */
export async function restorable(store: MaintainedStore, lost: LostContent): Promise<boolean> {
  return (await wholeFile(store, lost)) !== undefined;
}

/** Stores content again from where the run shows it. False when it is not shown, or is not whole there. */
export async function restoreContent(store: MaintainedStore, lost: LostContent): Promise<boolean> {
  const file = await wholeFile(store, lost);
  if (file === undefined) return false;
  const { state } = await contentsOf(store.artifacts, { depth: "full", signal: lost.signal }).stored(lost.entry.digest);
  // Somebody has put it again meanwhile.
  if (state === "whole") return true;
  // Damaged content of the same size would be taken for what is put.
  if (state === "damaged") await store.artifacts.delete(lost.entry.digest);
  const { digest } = await store.artifacts.put(file.body, lost.signal ? { signal: lost.signal } : {});
  return digest === lost.entry.digest;
}

async function wholeFile({ face }: MaintainedStore, { runId, entry, signal }: LostContent): Promise<RunFile | undefined> {
  const read = () => face?.(runId).files.read(entry.path, signal ? { signal } : {});
  const file = await read();
  if (file?.size !== entry.size || (await digestOf(file.body)) !== entry.digest) return undefined;
  return read();
}
