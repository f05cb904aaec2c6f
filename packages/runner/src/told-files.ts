import type { NodeHandle } from "@dad/engine";
import { keyOf } from "./attempt-key.ts";

/** The tree of a workspace of which nobody knows what is in it. No other is like it. */
export const UNKNOWABLE_TREE = "unknown";

/**
 * The files of the workspace as a walk knows them: those that the attempts left of which it was told. So what a node is said to
 * have found follows from the order in which attempts are told, and from nothing else.
 */
export interface ToldFiles {
  /** Names the files. `undefined` in a run without an outcome. */
  readonly tree: () => string | undefined;
  /** An attempt has left these files. They count once the walk is told of it. */
  left(handle: NodeHandle, tree: string | undefined): void;
  told(handle: NodeHandle): void;
}

export function toldFiles(start: string | undefined): ToldFiles {
  let tree = start;
  const left = new Map<string, string | undefined>();
  return {
    tree: () => tree,
    left: (handle, files) => void left.set(keyOf(handle), files),
    told(handle) {
      const key = keyOf(handle);
      if (left.has(key)) tree = left.get(key);
      left.delete(key);
    },
  };
}
