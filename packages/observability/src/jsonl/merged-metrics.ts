import type { MetricPoint, MetricSnapshot } from "../recorded.ts";

/** One for each instrument: what several processes added up each, together; of gauges, what was told last. */
export function mergedMetrics(snapshots: readonly MetricSnapshot[]): readonly MetricSnapshot[] {
  const merged = new Map<string, MetricSnapshot>();
  for (const snapshot of snapshots) {
    const key = JSON.stringify([snapshot.name, snapshot.kind, snapshot.unit]);
    const before = merged.get(key);
    merged.set(key, before ? mergedSnapshot(before, snapshot) : snapshot);
  }
  return [...merged.values()];
}

function mergedSnapshot(before: MetricSnapshot, after: MetricSnapshot): MetricSnapshot {
  const points = new Map(before.points.map((point) => [keyOf(point), point]));
  for (const point of after.points) {
    const known = points.get(keyOf(point));
    points.set(keyOf(point), known && after.kind !== "gauge" ? added(known, point) : point);
  }
  return { ...after, startTime: Math.min(before.startTime, after.startTime), points: [...points.values()] };
}

function keyOf({ attributes }: MetricPoint): string {
  return JSON.stringify(Object.entries(attributes).sort(([left], [right]) => (left < right ? -1 : 1)));
}

function added(left: MetricPoint, right: MetricPoint): MetricPoint {
  const sum = { attributes: left.attributes, value: left.value + right.value };
  if (!left.histogram || !right.histogram) return sum;
  const { count, min, max, bounds, buckets } = left.histogram;
  // Counts by other bounds cannot be added: one bucket has them all.
  const same = bounds.length === right.histogram.bounds.length && bounds.every((bound, at) => bound === right.histogram?.bounds[at]);
  const total = count + right.histogram.count;
  return {
    ...sum,
    histogram: {
      count: total,
      min: Math.min(min, right.histogram.min),
      max: Math.max(max, right.histogram.max),
      bounds: same ? bounds : [],
      buckets: same ? buckets.map((bucket, at) => bucket + (right.histogram?.buckets[at] ?? 0)) : [total],
    },
  };
}
