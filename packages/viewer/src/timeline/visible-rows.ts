import type { NodeStatus, ReportElement } from "@dad/protocol";
import type { RunIndex } from "../run-index.ts";
import type { Row, RunRows } from "./run-rows.ts";
import type { Interval } from "./time-scale.ts";

/** What is left out of the tree. An element that is left out is still shown where something in it is not. */
export interface RowFilter {
  /** Empty: all. */
  readonly statuses: ReadonlySet<NodeStatus>;
  readonly types: ReadonlySet<string>;
  /** Only what was tried again. */
  readonly retried: boolean;
  /** Only what was reused, or only what was not. */
  readonly reuse: "all" | "reused" | "executed";
  /** Nothing that took less. */
  readonly shortestMs: number;
  /** Nothing that was over before, or began after. */
  readonly during?: Interval | undefined;
}

export const NO_FILTER: RowFilter = { statuses: new Set(), types: new Set(), retried: false, reuse: "all", shortestMs: 0 };

export function isFiltering({ statuses, types, retried, reuse, shortestMs, during }: RowFilter): boolean {
  return statuses.size > 0 || types.size > 0 || retried || reuse !== "all" || shortestMs > 0 || during !== undefined;
}

export interface VisibleRow {
  readonly row: Row;
  readonly open: boolean;
  readonly hasChildren: boolean;
  /** It is shown for what is in it. */
  readonly dim: boolean;
}

export interface Sight {
  readonly rows: RunRows;
  readonly index: RunIndex;
  readonly filter: RowFilter;
  /** By key: what somebody opened or closed. */
  readonly toggled: ReadonlyMap<string, boolean>;
  /** What has no end goes on until then. */
  readonly now: number;
}

/** The lines that are to be seen, in order. */
export function visibleRows(sight: Sight): VisibleRow[] {
  const kept = isFiltering(sight.filter) ? keptElements(sight) : undefined;
  const found: VisibleRow[] = [];
  const open: Row[] = sight.rows.roots.toReversed();
  for (let row = open.pop(); row; row = open.pop()) {
    const isKept = row.kind === "element" && kept ? kept.has(row.element?.path ?? "") : true;
    if (!isKept) continue;
    const isMatch = !kept || matches(row, sight);
    if (row.kind !== "element" && !isMatch) continue;
    const hasChildren = sight.rows.hasChildren(row);
    const isOpen = hasChildren && (sight.toggled.get(row.key) ?? (isOpenAtFirst(row, sight.index) || (kept !== undefined && !isMatch)));
    found.push({ row, open: isOpen, hasChildren, dim: !isMatch });
    // There may be more of them than a call can have arguments.
    if (isOpen) for (const child of sight.rows.childrenOf(row).toReversed()) open.push(child);
  }
  return found;
}

/** Of many of a kind, only those are open that somebody has to look at. */
const MANY = 40;

function isOpenAtFirst({ kind, element, parent }: Row, index: RunIndex): boolean {
  if (kind !== "element" || !element || element.attempts) return false;
  if (!parent?.element || index.elementsIn(parent.element.path).length <= MANY) return true;
  return element.status !== "completed" && element.status !== "skipped";
}

/** Elements that match, and all around them. */
function keptElements(sight: Sight): Set<string> {
  const kept = new Set<string>();
  for (const element of sight.index.all) {
    if (!matchesElement(element, sight)) continue;
    for (let path: string | undefined = element.path; path !== undefined && !kept.has(path); path = sight.index.around(path)) kept.add(path);
  }
  return kept;
}

function matches(row: Row, sight: Sight): boolean {
  if (row.kind === "element") return row.element !== undefined && matchesElement(row.element, sight);
  const { statuses, shortestMs, during } = sight.filter;
  const isFailure = !statuses.has("failed") || row.status === "failed" || statuses.size > 1;
  return isFailure && isLong(row, { shortestMs, now: sight.now }) && isDuring(row, during, sight.now);
}

function matchesElement(element: ReportElement, { filter, now }: Sight): boolean {
  const { attempts } = element;
  const { statuses, types, retried, reuse, shortestMs, during } = filter;
  if (statuses.size > 0 && !statuses.has(element.status)) return false;
  const isSelective = types.size > 0 || retried || reuse !== "all";
  // What holds others is shown for them.
  if (isSelective && !attempts) return false;
  if (types.size > 0 && !attempts?.some(({ nodeType }) => nodeType !== undefined && types.has(nodeType))) return false;
  if (retried && (attempts?.length ?? 0) < 2) return false;
  if (reuse !== "all" && (attempts?.at(-1)?.decision === "reused") !== (reuse === "reused")) return false;
  return isLong(element, { shortestMs, now }) && isDuring(element, during, now);
}

interface Timed {
  readonly start: number | null;
  readonly end: number | null;
}

function isLong({ start, end }: Timed, { shortestMs, now }: { readonly shortestMs: number; readonly now: number }): boolean {
  return shortestMs === 0 || (start !== null && (end ?? now) - start >= shortestMs);
}

function isDuring({ start, end }: Timed, during: Interval | undefined, now: number): boolean {
  return !during || (start !== null && start <= during.end && (end ?? now) >= during.start);
}
