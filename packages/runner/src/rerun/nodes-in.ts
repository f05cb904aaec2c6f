import type { NodePath } from "@dad/protocol";
import type { BaseRun } from "./rerun-options.ts";

/** Gives the nodes that a run had in something. Indexed when it is asked for first: there may be as many blocks as nodes. */
export function nodesIn({ history }: BaseRun): (path: string) => readonly NodePath[] {
  let known: Map<string, NodePath[]> | undefined;
  const index = (): Map<string, NodePath[]> => {
    const nodes = new Map<string, NodePath[]>();
    for (const path of history.nodes.keys())
      for (const around of placesAround(path)) {
        const inside = nodes.get(around);
        if (inside) inside.push(path);
        else nodes.set(around, [path]);
      }
    return nodes;
  };
  return (path) => (known ??= index()).get(path) ?? [];
}

/** What a path is in, the nearest first. */
export function placesAround(path: string): readonly string[] {
  const places: string[] = [];
  for (let at = path.lastIndexOf("."); at > 0; at = path.lastIndexOf(".", at - 1)) places.push(path.slice(0, at));
  return places;
}
