import type { NodeDefinition } from "@dad/agent";
import type { Json, NodePath } from "@dad/protocol";
import type { Render, RenderPlace } from "./walk.ts";

/** Follows what comes from those whom nobody has to trust, through all that is made of it. */
export interface Trust {
  /** Notes what a node gives: it is made of what it is told. */
  gives(path: NodePath, definition: NodeDefinition, reads: Iterable<NodePath>): void;
  /** Whether what a node executes of its settings is made of such. */
  isUntrusted(definition: NodeDefinition, at: Pick<RenderPlace, "frame" | "path">): boolean;
}

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
