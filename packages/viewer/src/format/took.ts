import type { NodeStatus } from "@dad/protocol";
import { durationText } from "./amounts.ts";

/** Something of a run, with its moments in milliseconds since the epoch. */
export interface Timed {
  readonly start: number | null;
  /** `null`: nobody saw it end. */
  readonly end: number | null;
}

/** How long something took, from when it began until it ended: what each part of the page says of it is the same, and is what the chart draws. */
export function tookText({ start, end }: Timed): string {
  return start === null || end === null ? "" : durationText(end - start);
}

const OPEN: ReadonlyMap<NodeStatus, string> = new Map([
  ["waiting", "waits"],
  ["running", "still going on"],
]);

/** The same in a line of the tree, where nothing is said of what took no time at all, such as what was reused. */
export function rowText(timed: Timed): string {
  if (timed.start === null || timed.end === timed.start) return "";
  return timed.end === null ? "…" : tookText(timed);
}

/** The same beside a bar, where it has no end, too. */
export function barText({ status, ...timed }: Timed & { readonly status: NodeStatus }): string {
  return timed.end === null ? (OPEN.get(status) ?? "not seen to end") : rowText(timed);
}

/** What is shorter is within what it takes to begin something, and to write down that it ended. */
const IDLE_MS = 1000;

/** How long something was worked on, where that is much less than it took: it waited. `undefined`: it is not. */
export function workedText({ start, end, durationMs }: Timed & { readonly durationMs: number | null }): string | undefined {
  if (start === null || durationMs === null) return undefined;
  return end === null || end - start - durationMs > Math.max(IDLE_MS, durationMs / 10) ? durationText(durationMs) : undefined;
}
