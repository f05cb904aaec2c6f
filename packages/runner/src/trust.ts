import type { Json, NodePath } from "@dad/protocol";
import type { Render, Trust } from "./walk.ts";

export function trustIn(render: Render): Trust {
  /** With all that they are parts of: what a component or a loop gives has what its elements give. */
  const untrusted = new Set<string>();
  const reachesUntrusted = (reads: Iterable<NodePath>): boolean => [...reads].some((path) => untrusted.has(path));

  return {
    gives(path, { nodeType }, reads) {
      if (!nodeType.untrusted && !reachesUntrusted(reads)) return;
      for (let at: string = path; at !== "" && !untrusted.has(at); at = at.slice(0, Math.max(0, at.lastIndexOf(".")))) untrusted.add(at);
    },
    isUntrusted({ nodeType, settings }, at) {
      const executed: Json = nodeType.executes?.(settings) ?? null;
      if (executed === null || untrusted.size === 0) return false;
      const reads = new Set<NodePath>();
      render(executed, { ...at, reads });
      return reachesUntrusted(reads);
    },
  };
}
