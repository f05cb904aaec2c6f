/** A part of the time of a run, and where it is shown. */
export interface Segment {
  readonly start: number;
  readonly end: number;
  /** Where it begins on the scale, and how much of it it takes. */
  readonly at: number;
  readonly length: number;
  /** Nothing happened in it, and it is drawn shorter than it was. */
  readonly idle: boolean;
}

/** Maps moments (milliseconds since the epoch) to places, in milliseconds that are not idle, and back. */
export interface TimeScale {
  readonly start: number;
  readonly end: number;
  readonly length: number;
  readonly segments: readonly Segment[];
  at(moment: number): number;
  momentAt(place: number): number;
}

export interface Interval {
  readonly start: number;
  readonly end: number;
}

/** A gap is drawn shorter when it is longer than this part of the time in which something happened. */
const LONG = 0.08;
/** How much of that time it takes then. */
const DRAWN = 0.03;
const SHORTEST_MS = 250;

/** `compress: false`: all time takes the room that it took. */
export function timeScale(busy: readonly Interval[], whole: Interval, { compress }: { readonly compress: boolean }): TimeScale {
  const end = Math.max(whole.end, whole.start + 1);
  const joined = compress ? joinedIntervals(busy, { start: whole.start, end }) : [];
  const worked = joined.reduce((sum, { start, end }) => sum + end - start, 0) || end - whole.start;
  const threshold = Math.max(worked * LONG, SHORTEST_MS);
  const gaps = gapsBetween(joined, { start: whole.start, end }).filter((gap) => gap.end - gap.start > threshold);
  const segments: Segment[] = [];
  let [moment, at] = [whole.start, 0];
  const add = (until: number, idle: boolean) => {
    if (until <= moment) return;
    const length = idle ? worked * DRAWN : until - moment;
    segments.push({ start: moment, end: until, at, length, idle });
    [moment, at] = [until, at + length];
  };
  for (const gap of gaps) {
    add(gap.start, false);
    add(gap.end, true);
  }
  add(end, false);
  return scaleOf(segments, { start: whole.start, end });
}

function scaleOf(segments: readonly Segment[], { start, end }: Interval): TimeScale {
  const last = segments.at(-1);
  const length = last ? last.at + last.length : 1;
  return {
    start,
    end,
    length,
    segments,
    at(moment) {
      const segment = lastWhere(segments, (known) => known.start <= moment) ?? segments[0];
      if (!segment) return 0;
      return Math.min(length, segment.at + Math.max(0, (moment - segment.start) / (segment.end - segment.start)) * segment.length);
    },
    momentAt(place) {
      const segment = lastWhere(segments, (known) => known.at <= place) ?? segments[0];
      if (!segment) return start;
      return Math.min(end, segment.start + Math.max(0, (place - segment.at) / segment.length) * (segment.end - segment.start));
    },
  };
}

/** Of items of which the first ones fulfil it and the others do not: the last one that does. */
function lastWhere<Item>(items: readonly Item[], fulfils: (item: Item) => boolean): Item | undefined {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fulfils(items[middle] as Item)) low = middle + 1;
    else high = middle;
  }
  return items[low - 1];
}

function joinedIntervals(intervals: readonly Interval[], within: Interval): Interval[] {
  const joined: { start: number; end: number }[] = [];
  for (const interval of intervals.toSorted((left, right) => left.start - right.start)) {
    const start = Math.max(interval.start, within.start);
    const end = Math.min(interval.end, within.end);
    const last = joined.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else if (end >= start) joined.push({ start, end });
  }
  return joined;
}

function gapsBetween(joined: readonly Interval[], { start, end }: Interval): Interval[] {
  if (joined.length === 0) return [];
  const starts = [start, ...joined.map((interval) => interval.end)];
  const ends = [...joined.map((interval) => interval.start), end];
  return starts.map((from, index) => ({ start: from, end: ends[index] ?? end }));
}
