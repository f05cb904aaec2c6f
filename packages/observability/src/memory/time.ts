import type { TimeInput } from "@opentelemetry/api";

/** Milliseconds since the epoch. Never goes back while the process lives. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** What a caller of the API gives for a time: seconds and nanoseconds, a date, milliseconds since the epoch or since the process began. */
export function millisecondsOf(time: TimeInput | undefined): number {
  if (time === undefined) return now();
  if (time instanceof Date) return time.getTime();
  if (typeof time !== "number") return time[0] * 1e3 + time[1] / 1e6;
  return time < performance.timeOrigin ? performance.timeOrigin + time : time;
}

export function isTime(value: unknown): value is TimeInput {
  return typeof value === "number" || value instanceof Date || (Array.isArray(value) && typeof value[0] === "number");
}
