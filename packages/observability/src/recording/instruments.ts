import type { MetricOptions } from "@opentelemetry/api";
import type { InstrumentKind, MetricPoint, MetricSnapshot } from "../recorded.ts";
import { now } from "./time.ts";

/** How many sets of attributes an instrument may have, besides the one for all further ones. As the specification of the SDK has it. */
const SETS = 2_000;
const OVERFLOW = { "otel.metric.overflow": true };
/** Those of the specification, for who gives no advice. */
const BOUNDS = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000];

interface Growing {
  readonly attributes: Readonly<Record<string, unknown>>;
  value: number;
  count: number;
  min: number;
  max: number;
  readonly buckets: number[];
}

/** The points of one instrument, added up since it was made. */
export interface Instrument {
  readonly add: (value: number, attributes: Readonly<Record<string, unknown>>) => void;
  /** Those of the last time, for one that is asked for its values. */
  readonly forget: () => void;
  /** `undefined` as long as nothing was measured. */
  readonly snapshot: () => MetricSnapshot | undefined;
}

/** What adds up, and what only the last value counts of. */
const SUMS: ReadonlySet<InstrumentKind> = new Set(["counter", "upDownCounter", "histogram"]);

export function instrument(kind: InstrumentKind, name: string, { unit = "", description = "", advice }: MetricOptions = {}): Instrument {
  const points = new Map<string, Growing>();
  const startTime = now();
  const adds = SUMS.has(kind);
  const bounds = kind === "histogram" ? boundsOf(advice?.explicitBucketBoundaries) : undefined;

  function pointOf(attributes: Readonly<Record<string, unknown>>): Growing {
    const key = keyOf(attributes);
    const known = points.get(key);
    if (known) return known;
    // A set that is called what the overflow is called is part of it.
    if (points.size >= SETS && key !== OVERFLOW_KEY) return points.get(OVERFLOW_KEY) ?? put(OVERFLOW_KEY, OVERFLOW);
    return put(key, attributes);
  }

  function put(key: string, attributes: Readonly<Record<string, unknown>>): Growing {
    const buckets = bounds ? Array<number>(bounds.length + 1).fill(0) : [];
    const point: Growing = { attributes, value: 0, count: 0, min: Infinity, max: -Infinity, buckets };
    points.set(key, point);
    return point;
  }

  return {
    add(value, attributes) {
      const point = pointOf(attributes);
      point.value = adds ? point.value + value : value;
      if (bounds) count(point, bounds, value);
    },
    forget: () => points.clear(),
    snapshot: () =>
      points.size === 0
        ? undefined
        : { name, kind, unit, description, startTime, time: now(), points: Array.from(points.values(), (point) => pointAsOf(point, bounds)) },
  };
}

function count(point: Growing, bounds: readonly number[], value: number): void {
  point.count += 1;
  point.min = Math.min(point.min, value);
  point.max = Math.max(point.max, value);
  let at = 0;
  while (at < bounds.length && value > (bounds[at] as number)) at += 1;
  point.buckets[at] = (point.buckets[at] ?? 0) + 1;
}

function pointAsOf({ attributes, value, count, min, max, buckets }: Growing, bounds: readonly number[] | undefined): MetricPoint {
  return { attributes, value, ...(bounds && { histogram: { count, min, max, bounds, buckets: [...buckets] } }) };
}

/** Increasing, as everybody who reads them expects. */
function boundsOf(advised: unknown): readonly number[] {
  if (!Array.isArray(advised)) return BOUNDS;
  const usable = advised.filter((bound): bound is number => typeof bound === "number" && Number.isFinite(bound));
  return [...new Set(usable)].sort((left, right) => left - right);
}

/** The same for the same attributes, in whatever order. */
function keyOf(attributes: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(attributes);
  if (names.length === 0) return "";
  if (names.length > 1) names.sort();
  let key = "";
  for (const name of names) {
    const value = attributes[name];
    key += `${name.length}:${name}${typeof value === "string" ? `s${value.length}:${value}` : `j${JSON.stringify(value)}`}`;
  }
  return key;
}

const OVERFLOW_KEY = keyOf(OVERFLOW);
