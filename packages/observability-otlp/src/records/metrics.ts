import { ValueType } from "@opentelemetry/api";
import { millisToHrTime } from "@opentelemetry/core";
import { AggregationTemporality, DataPointType, type MetricData, type ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { MetricPoint, MetricSnapshot } from "@dad/observability";
import type { Source } from "./spans.ts";

export function resourceMetrics(snapshots: readonly MetricSnapshot[], { resource, scope }: Source): ResourceMetrics {
  return {
    resource,
    scopeMetrics: [{ scope, metrics: snapshots.filter(({ points }) => points.length > 0).map((snapshot) => metricData(snapshot)) }],
  };
}

const CUMULATIVE = AggregationTemporality.CUMULATIVE;

function metricData(snapshot: MetricSnapshot): MetricData {
  const { name, unit, description, kind, points } = snapshot;
  const times = { startTime: millisToHrTime(snapshot.startTime), endTime: millisToHrTime(snapshot.time) };
  // One type for all values of an instrument, whatever the single ones are.
  const data = { descriptor: { name, unit, description, valueType: ValueType.DOUBLE }, aggregationTemporality: CUMULATIVE };
  const dataPoints = points.map(({ attributes, value }) => ({ ...times, attributes, value }));
  switch (kind) {
    case "histogram":
      return {
        ...data,
        dataPointType: DataPointType.HISTOGRAM,
        dataPoints: points.map((point) => ({ ...times, attributes: point.attributes, value: histogramOf(point) })),
      };
    case "gauge":
    case "observableGauge":
      return { ...data, dataPointType: DataPointType.GAUGE, dataPoints };
    default:
      return { ...data, dataPointType: DataPointType.SUM, isMonotonic: kind === "counter" || kind === "observableCounter", dataPoints };
  }
}

function histogramOf({ value, histogram }: MetricPoint) {
  const { count = 0, min = 0, max = 0, bounds = [], buckets = [] } = histogram ?? {};
  return { sum: value, count, min, max, buckets: { boundaries: [...bounds], counts: [...buckets] } };
}
