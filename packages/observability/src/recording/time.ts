import type { TimeInput } from "@opentelemetry/api";

/** What 64 bits of nanoseconds can say, in milliseconds: until the year 2554. */
const LATEST = 1.8e13;

/** Milliseconds since the epoch. Never goes back while the process lives. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/**
 * What a caller of the API gives for a time: seconds and nanoseconds, a date, milliseconds since the epoch or since the process began.
 * What is no time is now.
 */
export function millisecondsOf(time: TimeInput | undefined): number {
  if (time === undefined) return now();
  const given = readable(time);
  return given >= 0 && given < LATEST ? given : now();
}

/** Whatever was given for a time: one that cannot be looked at is none. */
function readable(time: TimeInput): number {
  try {
    return told(time);
  } catch {
    return Number.NaN;
  }
}

function told(time: TimeInput): number {
  if (time instanceof Date) return time.getTime();
  if (Array.isArray(time)) return typeof time[0] === "number" && typeof time[1] === "number" ? time[0] * 1e3 + time[1] / 1e6 : Number.NaN;
  if (typeof time !== "number") return Number.NaN;
  return time < performance.timeOrigin ? performance.timeOrigin + time : time;
}

export function isTime(value: unknown): value is TimeInput {
  try {
    return typeof value === "number" || value instanceof Date || (Array.isArray(value) && typeof value[0] === "number");
  } catch {
    return false;
  }
}
