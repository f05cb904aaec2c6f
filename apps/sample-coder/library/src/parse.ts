import { UNITS } from "./units.ts";

/** Milliseconds of a duration such as `1h 30m`. Throws a RangeError for anything else. */
export function parseDuration(text: string): number {
  const parts = text.trim().split(/\s+/);
  let milliseconds = 0;
  for (const part of parts) {
    const [, count, symbol] = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(part) ?? [];
    const unit = UNITS.find((candidate) => candidate.symbol === symbol);
    if (count === undefined || !unit) throw new RangeError(`not a duration: ${JSON.stringify(text)}`);
    milliseconds += Number(count) * unit.milliseconds;
  }
  return milliseconds;
}
