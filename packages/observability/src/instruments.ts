import type { Counter, Histogram, Meter } from "@opentelemetry/api";
import type { MetricConvention } from "./conventions.ts";

/** The counter of a row of the table. Asking again gives one that adds to the same. */
export function counterOf(meter: Meter, { name, unit, description }: MetricConvention & { readonly kind: "counter" }): Counter {
  return meter.createCounter(name, { unit, description });
}

/** The histogram of a row of the table, with its bounds. Asking again gives one that adds to the same. */
export function histogramOf(meter: Meter, { name, unit, description, bounds = [] }: MetricConvention & { readonly kind: "histogram" }): Histogram {
  return meter.createHistogram(name, { unit, description, advice: { explicitBucketBoundaries: [...bounds] } });
}
