import type { NodeDecision, NodeStatus, Usage } from "@dad/protocol";
import type { StreamTail } from "./stream-tail.ts";

/** An element of a run as it is shown while the run goes on. */
export interface TreeItem {
  readonly path: string;
  readonly status: NodeStatus;
  /** Since when it has been so, by the monotonic clock. */
  readonly since: number;
  readonly durationMs?: number | undefined;
  readonly attempt?: number;
  readonly decision?: NodeDecision | undefined;
  readonly usage?: Usage | undefined;
  /** Of a node that failed: when it is tried again. */
  readonly retryAt?: number;
  /** Its failure did not end what is around it. */
  readonly isHandled?: boolean;
  /** What it says at this moment. */
  readonly streams?: StreamTail;
  /** How many elements in it are over and not listed. */
  readonly done?: number;
  /** And how many of these failed. */
  readonly failed?: number;
}

/** The elements of a run, of which those that are over are counted when there are many in one component. */
export interface ElementTree {
  put(item: TreeItem): void;
  /** Changes what is there. */
  alter(path: string, change: (item: TreeItem) => { readonly [Key in keyof TreeItem]?: TreeItem[Key] }): void;
  /** Leaves out what is in a component, and counts an iteration in its loop. */
  fold(path: string): void;
  /** What is running is not any more. */
  interrupt(): void;
  items(): readonly TreeItem[];
}

interface Element {
  item: TreeItem;
  /** Of what is in nothing that is known: the top of all. */
  readonly parent: Element | undefined;
  readonly children: Set<Element>;
  /** Those of the children that are over, the one that has been so for longest first. */
  readonly over: Set<Element>;
}

/** How many children of a component that are over are listed. */
const LISTED = 40;

export function elementTree(): ElementTree {
  const elements = new Map<string, Element>();
  const top = elementOf({ path: "", status: "running", since: 0 });

  function added(item: TreeItem): Element {
    const parent = elements.get(item.path.slice(0, Math.max(0, item.path.lastIndexOf(".")))) ?? top;
    const element = elementOf(item, parent);
    elements.set(item.path, element);
    parent.children.add(element);
    return element;
  }

  function forget(gone: readonly TreeItem[]): void {
    for (const { path } of gone) elements.delete(path);
  }

  return {
    put(item) {
      const element = elements.get(item.path) ?? added(item);
      forget(change(element, { ...countsOf(element.item), ...item }));
    },
    alter(path, changeOf) {
      const element = elements.get(path);
      if (element) forget(change(element, { ...element.item, ...changeOf(element.item) }));
    },
    fold(path) {
      const element = elements.get(path);
      if (!element) return;
      for (const child of element.children) forget(takenOut(child));
      if (/\.iter_[0-9]+$/.test(path)) forget(counted(element));
    },
    interrupt() {
      for (const element of elements.values())
        if (element.item.status === "running") forget(change(element, { ...element.item, status: "interrupted" }));
    },
    items: () => [...top.children].flatMap(withBelow),
  };
}

/** Gives what is not listed any more. */
function change(element: Element, item: TreeItem): readonly TreeItem[] {
  element.item = item;
  const over = element.parent?.over;
  over?.delete(element);
  if (item.status === "running" || item.status === "waiting") return [];
  over?.add(element);
  const [oldest] = over ?? [];
  return oldest && over && over.size > LISTED ? counted(oldest) : [];
}

/** From now on it is only counted. */
function counted(element: Element): readonly TreeItem[] {
  const { parent, item } = element;
  const gone = takenOut(element);
  if (!parent) return gone;
  const { done = 0, failed = 0 } = parent.item;
  parent.item = { ...parent.item, done: done + 1, failed: failed + (item.status === "failed" ? 1 : 0) };
  return gone;
}

function takenOut(element: Element): readonly TreeItem[] {
  element.parent?.children.delete(element);
  element.parent?.over.delete(element);
  return withBelow(element);
}

function elementOf(item: TreeItem, parent?: Element): Element {
  return { item, parent, children: new Set(), over: new Set() };
}

function withBelow({ item, children }: Element): TreeItem[] {
  return [item, ...[...children].flatMap(withBelow)];
}

function countsOf({ done, failed }: TreeItem): Pick<TreeItem, "done" | "failed"> {
  return { ...(done === undefined ? {} : { done }), ...(failed === undefined ? {} : { failed }) };
}
