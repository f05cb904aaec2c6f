import type { Meter, MetricOptions } from "@opentelemetry/api";
import type { InstrumentKind, RecordedMetric } from "../recorded.ts";
import { attributesOf } from "./attributes.ts";
import { type Measure, observables } from "./observables.ts";
import { now } from "./time.ts";

export interface MemoryMeter {
  readonly meter: Meter;
  /** Asks every observable instrument for its values. */
  readonly collect: () => Promise<void>;
}

export function memoryMeter(hand: (metric: RecordedMetric) => void): MemoryMeter {
  const { create, collect, ...batches } = observables();

  function measureOf(kind: InstrumentKind, name: string, { unit = "", description = "" }: MetricOptions = {}): Measure {
    return (value, attributes) => {
      if (isValid(kind, value)) hand({ name, kind, unit, description, value, attributes: attributesOf({ ...attributes }), time: now() });
    };
  }

  const adding = (kind: InstrumentKind) => (name: string, options?: MetricOptions) => ({ add: measureOf(kind, name, options) });
  const recording = (kind: InstrumentKind) => (name: string, options?: MetricOptions) => ({ record: measureOf(kind, name, options) });
  const observing = (kind: InstrumentKind) => (name: string, options?: MetricOptions) => create(measureOf(kind, name, options));
  return {
    meter: {
      createCounter: adding("counter"),
      createUpDownCounter: adding("upDownCounter"),
      createHistogram: recording("histogram"),
      createGauge: recording("gauge"),
      createObservableCounter: observing("observableCounter"),
      createObservableUpDownCounter: observing("observableUpDownCounter"),
      createObservableGauge: observing("observableGauge"),
      ...batches,
    },
    collect,
  };
}

/** What the API says to ignore: all that is no number, and what would make a counter or a histogram go down. */
function isValid(kind: InstrumentKind, value: number): boolean {
  const grows = kind === "counter" || kind === "histogram" || kind === "observableCounter";
  return Number.isFinite(value) && (!grows || value >= 0);
}
