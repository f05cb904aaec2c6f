export type Interval = readonly [start: number, end: number];

/** The same moments, each in one interval, in order. */
export function unionOf(intervals: readonly Interval[]): readonly Interval[] {
  const union: [number, number][] = [];
  for (const [start, end] of intervals.filter(([from, to]) => to > from).sort((left, right) => left[0] - right[0])) {
    const last = union.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else union.push([start, end]);
  }
  return union;
}

/** What is in the first intervals and not in the others. Both are in order and do not overlap. */
export function without(intervals: readonly Interval[], others: readonly Interval[]): readonly Interval[] {
  const left: Interval[] = [];
  let at = 0;
  for (const [begin, end] of intervals) {
    let start = begin;
    while (at < others.length && (others[at]?.[1] ?? 0) <= start) at += 1;
    for (let index = at; index < others.length && (others[index]?.[0] ?? 0) < end; index += 1) {
      const [from, to] = others[index] ?? [end, end];
      if (from > start) left.push([start, from]);
      start = Math.max(start, to);
    }
    if (end > start) left.push([start, end]);
  }
  return left;
}
