import type { ReportOmission } from "@dad/protocol";

/** What a report has no room for, by what it is and why. */
export interface Omissions {
  add(what: ReportOmission["what"], count: number, reason: string): void;
  all(): ReportOmission[];
}

export function omissions(): Omissions {
  const found = new Map<string, ReportOmission>();
  return {
    add(what, count, reason) {
      if (count === 0) return;
      const key = `${what} ${reason}`;
      found.set(key, { what, count: (found.get(key)?.count ?? 0) + count, reason });
    },
    all: () => [...found.values()],
  };
}

export interface Room {
  readonly what: ReportOmission["what"];
  /** In bytes of JSON. */
  readonly limit: number;
  readonly omitted: Omissions;
}

/** Of a room for all, what is left of it for the end: how something ended says most of it. */
const PART_FOR_END = 4;

/** The first items that there is room for; with `ends`, the first and the last ones. */
export function withinLimits<Item>(items: readonly Item[], { what, limit, omitted }: Room, { ends = false } = {}): Item[] {
  const sizes = items.map((item) => JSON.stringify(item).length);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total <= limit) return [...items];
  const forEnd = ends ? Math.floor(limit / PART_FOR_END) : 0;
  const head = fitting(sizes, limit - forEnd);
  const tail = Math.min(items.length - head, fitting(sizes.toReversed(), forEnd));
  omitted.add(what, items.length - head - tail, "there is no room for more of them in a report");
  return [...items.slice(0, head), ...items.slice(items.length - tail)];
}

/** How many fit. */
function fitting(sizes: readonly number[], limit: number): number {
  let left = limit;
  const end = sizes.findIndex((size) => (left -= size) < 0);
  return end < 0 ? sizes.length : end;
}
