import { type ComponentDefinition, elementsOf } from "@dad/agent";
import type { NodePath } from "@dad/protocol";
import type { NodeHistory, RunHistory } from "@dad/run-context";
import { mayChangeFiles } from "../fingerprint.ts";

/**
 * The nodes that changed files of the workspace while others may have, so that nobody knows whose the changes are: by path, one of
 * them that stands for all of them. They are reused together, or not at all.
 */
export function writersTogether(root: ComponentDefinition, history: RunHistory): ReadonlyMap<NodePath, NodePath> {
  const groups = grouping();
  const nodes = [...history.nodes.values()];
  for (const { path, beside } of nodes) if (beside !== undefined) groups.join(path, beside);
  if (nodes.some(({ outcome }) => outcome)) joinOverlapping(writersIn(root, history), groups);
  return groups.byPath();
}

interface Groups {
  join(one: NodePath, other: NodePath): void;
  byPath(): ReadonlyMap<NodePath, NodePath>;
}

function grouping(): Groups {
  const parents = new Map<NodePath, NodePath>();
  const rootOf = (path: NodePath): NodePath => {
    let at = path;
    for (let next = parents.get(at); next !== undefined && next !== at; next = parents.get(at)) at = next;
    return at;
  };
  return {
    join(one, other) {
      const [first, second] = [rootOf(one), rootOf(other)];
      parents.set(first, first);
      parents.set(second, first);
      parents.set(one, first);
      parents.set(other, first);
    },
    byPath: () => new Map([...parents.keys()].map((path) => [path, rootOf(path)])),
  };
}

interface Writer extends NodeHistory {
  readonly began: number;
}

/** The nodes that may have changed files in this run, in the order in which they began. The changes of a reused one were brought in a moment. */
function writersIn(root: ComponentDefinition, { nodes, outcome }: RunHistory): readonly Writer[] {
  const elementAt = elementsOf(root);
  const mayWrite = (path: NodePath): boolean => {
    const definition = elementAt(path)?.definition;
    return definition?.kind === "node" && mayChangeFiles(definition.nodeType);
  };
  const writers = [...nodes.values()].flatMap((node): Writer[] => {
    if (node.origin) return node.outcome && node.outcome.branch === outcome.start?.branch ? [{ ...node, began: node.seq }] : [];
    return node.began !== undefined && (node.outcome !== undefined || mayWrite(node.path)) ? [{ ...node, began: node.began }] : [];
  });
  return writers.toSorted((one, other) => one.began - other.began);
}

function joinOverlapping(writers: readonly Writer[], groups: Groups): void {
  let going: Writer[] = [];
  for (const writer of writers) {
    going = going.filter((other) => isGoing(other) || other.seq > writer.began);
    for (const other of going) if (isUnclear(writer, other)) groups.join(writer.path, other.path);
    going.push(writer);
  }
}

/** Nobody recorded its end. */
function isGoing({ state }: NodeHistory): boolean {
  return state === "started";
}

function isUnclear(one: NodeHistory, other: NodeHistory): boolean {
  const nobodyChanged = one.outcome === undefined && other.outcome === undefined;
  return !nobodyChanged && !(one.exclusive && other.exclusive);
}
