import { UsageError } from "../errors.ts";

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/**
 * A time that somebody wrote: so long ago (`30m`, `24h`, `7d`, `2w`), a date (from its beginning, in UTC), or an ISO time.
 *
 * @throws UsageError (`USAGE_INVALID`).
 */
export function parseSince(text: string, now: Date): Date {
  const [, amount, unit = ""] = /^(\d+)([mhdw])$/.exec(text) ?? [];
  const time = amount === undefined ? writtenTime(text) : now.getTime() - Number(amount) * (UNIT_MS[unit] ?? Number.NaN);
  const since = new Date(time);
  if (Number.isNaN(since.getTime()))
    throw new UsageError(`--since ${JSON.stringify(text)} is no time: give it as 30m, 24h, 7d, 2w, 2026-11-26, or 2026-11-26T08:00:00Z`);
  if (since > now) throw new UsageError(`--since ${JSON.stringify(text)} is after now: no run has started since then`);
  return since;
}

function writtenTime(text: string): number {
  return /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text) ? Date.parse(text) : Number.NaN;
}
