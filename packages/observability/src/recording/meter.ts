import type { Meter, MetricOptions } from "@opentelemetry/api";
import type { InstrumentKind, MetricSnapshot, RecordedMetric } from "../recorded.ts";
import { type Instrument, instrument } from "./instruments.ts";
import type { RecordingLimits } from "./limits.ts";
import { type Measure, observables } from "./observables.ts";
import { now } from "./time.ts";
import { attributesOf, textOf } from "./values.ts";

export interface MeasurementReceiver {
  readonly limits: RecordingLimits;
  /** Each single one. */
  readonly measured?: ((metric: RecordedMetric) => void) | undefined;
  /** Whether somebody wants them added up. */
  readonly adding: boolean;
  /** Before an instrument is made. */
  readonly used: () => void;
  /** Something was measured. */
  readonly changed: () => void;
}

export interface RecordingMeter {
  readonly meter: Meter;
  /** Asks every observable instrument for its values. Never rejects. */
  readonly collect: () => Promise<void>;
  /** The instruments as they stand, those that have measured something. */
  readonly snapshot: () => readonly MetricSnapshot[];
}

export function recordingMeter(receiver: MeasurementReceiver): RecordingMeter {
  const { create, collect, ...batches } = observables();
  const { measureOf, forgetObserved, snapshot } = measures(receiver);
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
    collect() {
      // What is not told this time is no longer there.
      forgetObserved();
      return collect();
    },
    snapshot,
  };
}

function measures({ limits, measured, adding, used, changed }: MeasurementReceiver) {
  const instruments = new Map<string, Instrument & { readonly kind: InstrumentKind }>();

  /** Who asks twice for the same gets the same. */
  function instrumentOf(kind: InstrumentKind, name: string, options: MetricOptions): Instrument {
    const key = JSON.stringify([kind, name.toLowerCase(), options.unit, options.description]);
    const made = instruments.get(key) ?? { ...instrument(kind, name, options), kind };
    instruments.set(key, made);
    return made;
  }

  return {
    measureOf: (kind: InstrumentKind, givenName: unknown, options: MetricOptions | undefined): Measure => {
      used();
      const name = textOf(givenName);
      const { unit, description, advice } = readable(options);
      const own = adding ? instrumentOf(kind, name, { unit, description, ...(advice && { advice }) }) : undefined;
      return (value, given) => {
        if (!isValid(kind, value)) return;
        const attributes = attributesOf(given, limits).values;
        own?.add(value, attributes);
        changed();
        measured?.({ name, kind, unit, description, value, attributes, time: now() });
      };
    },
    forgetObserved: (): void => {
      for (const { kind, forget } of instruments.values()) if (kind.startsWith("observable")) forget();
    },
    snapshot: (): readonly MetricSnapshot[] => [...instruments.values()].flatMap((instrument) => instrument.snapshot() ?? []),
  };
}

function readable(options: MetricOptions | undefined): Pick<MetricOptions, "advice"> & { readonly unit: string; readonly description: string } {
  try {
    const { unit = "", description = "", advice } = options ?? {};
    return { unit: textOf(unit), description: textOf(description), ...(advice && { advice }) };
  } catch {
    return { unit: "", description: "" };
  }
}

/** What the API says to ignore: all that is no number, and what would make a counter or a histogram go down. */
function isValid(kind: InstrumentKind, value: number): boolean {
  const grows = kind === "counter" || kind === "histogram" || kind === "observableCounter";
  return Number.isFinite(value) && (!grows || value >= 0);
}
