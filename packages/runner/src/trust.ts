import type { NodeDefinition } from "@dad/agent";
import type { Json, NodePath } from "@dad/protocol";
import type { Render, Trust } from "./walk.ts";

export function trustIn(render: Render): Trust {
  /** With all that they are parts of: what a component or a loop gives has what its elements give. */
  const untrusted = new Set<string>();
  const reachesUntrusted = (reads: Iterable<NodePath>): boolean => [...reads].some((path) => untrusted.has(path));

  /** What nodes execute: the same piece of data each time, which is parsed once. */
  const executed = new WeakMap<NodeDefinition, Json>();
  const executedBy = (definition: NodeDefinition): Json => {
    const known = executed.get(definition) ?? definition.nodeType.executes?.(definition.settings) ?? null;
    executed.set(definition, known);
    return known;
  };

  return {
    gives(path, { nodeType }, reads) {
      if (!nodeType.untrusted && !reachesUntrusted(reads)) return;
      for (let at: string = path; at !== "" && !untrusted.has(at); at = at.slice(0, Math.max(0, at.lastIndexOf(".")))) untrusted.add(at);
    },
    isUntrusted(definition, at) {
      if (definition.nodeType.executes === undefined || untrusted.size === 0) return false;
      const reads = new Set<NodePath>();
      render(executedBy(definition), { ...at, reads });
      return reachesUntrusted(reads);
    },
  };
}
