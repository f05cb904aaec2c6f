import { isKnownEvent, type NodeStatus, type RunEvent, type UnknownEvent } from "@dad/protocol";

/** An element of a run as it is shown while the run goes on. */
export interface TreeItem {
  readonly path: string;
  readonly status: NodeStatus;
  /** While it runs: since when, by the monotonic clock. */
  readonly since: number;
  readonly durationMs?: number;
  /** Of a loop: how many of its iterations are over. */
  readonly iterations?: number;
}

/**
 * What goes on in a run. What is in a component that completed is left out, and iterations that completed are only counted:
 * however long a run goes on, its tree is about as large as what goes on at this moment.
 */
export interface RunTree {
  add(event: RunEvent | UnknownEvent, now: number): void;
  /** Each element below what it is in, in the order in which they started. */
  items(): readonly TreeItem[];
}

export function runTree(): RunTree {
  const items = new Map<string, TreeItem>();
  const children = new Map<string, Set<string>>();

  function put(item: TreeItem): void {
    const before = items.get(item.path);
    items.set(item.path, { ...item, ...(before?.iterations === undefined ? {} : { iterations: before.iterations }) });
    const siblings = children.get(parentOf(item.path)) ?? new Set();
    children.set(parentOf(item.path), siblings.add(item.path));
  }

  function remove(path: string): void {
    for (const child of children.get(path) ?? []) remove(child);
    children.delete(path);
    items.delete(path);
    children.get(parentOf(path))?.delete(path);
  }

  function fold(path: string): void {
    for (const child of children.get(path) ?? []) remove(child);
    const loop = items.get(parentOf(path));
    if (!loop || !/\.iter_[0-9]+$/.test(path)) return;
    remove(path);
    items.set(loop.path, { ...loop, iterations: (loop.iterations ?? 0) + 1 });
  }

  const withBelow = (path: string): TreeItem[] => {
    const item = items.get(path);
    return item ? [item, ...[...(children.get(path) ?? [])].flatMap(withBelow)] : [];
  };

  return {
    add(event, now) {
      if (!isKnownEvent(event)) return;
      const item = itemOf(event, now);
      if (item) put(item);
      if (event.type === "component.completed") fold(event.path);
    },
    items: () => [...items.keys()].filter((path) => !items.has(parentOf(path))).flatMap(withBelow),
  };
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf(".")));
}

function itemOf(event: RunEvent, since: number): TreeItem | undefined {
  switch (event.type) {
    case "component.started":
    case "node.started":
      return { path: event.path, status: "running", since };
    case "component.completed":
    case "component.failed":
    case "component.cancelled":
    case "node.completed":
    case "node.failed":
    case "node.cancelled":
      return { path: event.path, status: endOf(event.type), since, durationMs: event.durationMs };
    default:
      return undefined;
  }
}

function endOf(type: `${string}.${"completed" | "failed" | "cancelled"}`): NodeStatus {
  return type.slice(type.indexOf(".") + 1) as NodeStatus;
}
