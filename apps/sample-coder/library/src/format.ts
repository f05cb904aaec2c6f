import { UNITS } from "./units.ts";

/** A duration in milliseconds as text, rounded to whole seconds: `1h 30m`, `45s`, `0s`. */
export function formatDuration(milliseconds: number): string {
  if (!Number.isFinite(milliseconds) || milliseconds < 0) throw new RangeError(`not a duration: ${milliseconds}`);
  const parts: string[] = [];
  let rest = milliseconds;
  for (const unit of UNITS) {
    const count = unit.symbol === "s" ? Math.round(rest / unit.milliseconds) : Math.floor(rest / unit.milliseconds);
    rest -= count * unit.milliseconds;
    if (count > 0) parts.push(`${count}${unit.symbol}`);
  }
  return parts.length > 0 ? parts.join(" ") : "0s";
}
