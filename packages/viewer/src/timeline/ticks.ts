import { durationText } from "../format/amounts.ts";
import type { TimeScale } from "./time-scale.ts";

export interface Tick {
  /** On the scale. */
  readonly at: number;
  /** How long after the beginning of the run it is. */
  readonly label: string;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SMALL = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500];
const STEPS = [
  ...SMALL,
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].map((count) => count * DAY),
];

/** Marks at round times, about `count` of them between two places. None stand where nothing happened: what is left out there is said. */
export function ticksOf(scale: TimeScale, [from, to]: readonly [number, number], count: number): Tick[] {
  const step = stepOf((to - from) / Math.max(1, count));
  const ticks: Tick[] = [];
  for (const segment of scale.segments) {
    if (segment.idle || segment.at + segment.length < from || segment.at > to) continue;
    const first = Math.max(segment.start, scale.momentAt(Math.max(from, segment.at))) - scale.start;
    const last = Math.min(segment.end, scale.momentAt(Math.min(to, segment.at + segment.length))) - scale.start;
    for (let index = Math.ceil(first / step - 1e-9); index * step <= last + 1e-6; index += 1)
      ticks.push({ at: scale.at(scale.start + index * step), label: tickLabel(index * step, step) });
  }
  return ticks;
}

function stepOf(least: number): number {
  const known = STEPS.find((step) => step >= least);
  // A file may say anything of when something was: however long a run is, it has as many marks.
  return known ?? DAY * 10 ** Math.ceil(Math.log10(least / DAY));
}

function tickLabel(elapsed: number, step: number): string {
  if (elapsed === 0) return "0";
  if (step < 1) return `${elapsed.toFixed(2).replace(/0$/, "")}ms`;
  if (step < SECOND && elapsed < SECOND) return `${Math.round(elapsed)}ms`;
  if (step < SECOND) return `${(elapsed / SECOND).toFixed(step < 10 ? 3 : step < 100 ? 2 : 1)}s`;
  if (elapsed < MINUTE) return `${Math.round(elapsed / SECOND)}s`;
  return durationText(elapsed).replace(/ 0+[smh]$/, "");
}
