import type { ReportAttempt, ReportRun } from "@dad/protocol";
import type { Interval } from "./time-scale.ts";

/** When a run was at work, and when that began and ended. */
export interface RunTime {
  readonly whole: Interval;
  readonly busy: readonly Interval[];
  /** What nobody saw end is shown until then: the last moment of which anything is known. */
  readonly now: number;
}

export function runTime(run: ReportRun, generatedAt: string): RunTime {
  const start = Date.parse(run.details.startedAt);
  const isGoingOn = run.details.status === "running" || run.details.status === "waiting";
  const now = Math.max(isGoingOn ? Date.parse(generatedAt) : start, lastMoment(run));
  const attempts = run.elements.flatMap((element) => element.attempts ?? []);
  const busy =
    attempts.length > 0
      ? attempts.flatMap((attempt) => worked(attempt, now))
      : run.spans.map((span) => ({ start: span.start, end: span.end ?? now }));
  let earliest = start;
  for (const interval of busy) if (interval.start < earliest) earliest = interval.start;
  return { whole: { start: earliest, end: Math.max(now, start + 1) }, busy, now };
}

function lastMoment(run: ReportRun): number {
  let last = run.details.endedAt === null ? 0 : Date.parse(run.details.endedAt);
  const see = (moment: number | null) => {
    if (moment !== null && moment > last) last = moment;
  };
  for (const { start, end } of run.elements) {
    see(start);
    see(end);
  }
  for (const { start, end } of run.spans) see(end ?? start);
  for (const { time } of run.events) see(Date.parse(time));
  return last;
}

/** The attempt without what it waited for somebody. */
function worked({ start, end, waits }: ReportAttempt, now: number): Interval[] {
  const intervals: Interval[] = [];
  let from = start;
  for (const wait of waits.toSorted((left, right) => left.start - right.start)) {
    if (wait.start >= from) intervals.push({ start: from, end: wait.start });
    from = Math.max(from, wait.end ?? now);
  }
  if (from <= (end ?? now)) intervals.push({ start: from, end: end ?? now });
  return intervals;
}
