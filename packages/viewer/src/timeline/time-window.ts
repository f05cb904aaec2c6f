/** The part of a time scale that is shown: two places on it. */
export type TimeWindow = readonly [from: number, to: number];

/** Nothing is shown larger than a microsecond on the whole screen. */
const SMALLEST = 0.001;

/** Shows more of the scale (`factor` above 1) or less, so that `anchor` stays where it is. `undefined`: all of it. */
export function zoomed(
  [from, to]: TimeWindow,
  { factor, anchor, length }: { factor: number; anchor: number; length: number },
): TimeWindow | undefined {
  const wanted = Math.max(SMALLEST, (to - from) * factor);
  if (wanted >= length) return undefined;
  const share = (anchor - from) / (to - from);
  return within([anchor - wanted * share, anchor + wanted * (1 - share)], length);
}

/** Moves along the scale by a part of what is shown. */
export function panned([from, to]: TimeWindow, share: number, length: number): TimeWindow {
  const by = (to - from) * share;
  return within([from + by, to + by], length);
}

function within([from, to]: TimeWindow, length: number): TimeWindow {
  const by = from < 0 ? -from : to > length ? length - to : 0;
  return [from + by, to + by];
}
