import type { Attributes, BatchObservableCallback, Context, Meter, MetricOptions, Observable, ObservableCallback } from "@opentelemetry/api";
import type { Cleaning } from "./cleaning.ts";

export function redactedMeter(meter: Meter, clean: Cleaning): Meter {
  const about = (name: string, options: MetricOptions | undefined) => [clean.value(name) as string, cleanOptions(options, clean)] as const;
  const adding = (create: "createCounter" | "createUpDownCounter") => (name: string, options?: MetricOptions) => {
    const instrument = meter[create](...about(name, options));
    return { add: (value: number, attributes?: Attributes, context?: Context) => instrument.add(value, clean.attributes(attributes), context) };
  };
  const recording = (create: "createHistogram" | "createGauge") => (name: string, options?: MetricOptions) => {
    const instrument = meter[create](...about(name, options));
    return { record: (value: number, attributes?: Attributes, context?: Context) => instrument.record(value, clean.attributes(attributes), context) };
  };
  const observed = observables(meter, clean);
  return {
    createCounter: adding("createCounter"),
    createUpDownCounter: adding("createUpDownCounter"),
    createHistogram: recording("createHistogram"),
    createGauge: recording("createGauge"),
    createObservableCounter: (name, options) => observed.observing(meter.createObservableCounter(...about(name, options))),
    createObservableUpDownCounter: (name, options) => observed.observing(meter.createObservableUpDownCounter(...about(name, options))),
    createObservableGauge: (name, options) => observed.observing(meter.createObservableGauge(...about(name, options))),
    addBatchObservableCallback: observed.addBatch,
    removeBatchObservableCallback: observed.removeBatch,
  };
}

function cleanOptions(options: MetricOptions | undefined, clean: Cleaning): MetricOptions | undefined {
  try {
    return options && { ...options, ...(clean.value({ unit: options.unit, description: options.description }) as MetricOptions) };
  } catch {
    return undefined;
  }
}

function observables(meter: Meter, clean: Cleaning) {
  /** What callers know an instrument by, and what the meter knows it by. */
  const behind = new WeakMap<Observable, Observable>();
  const callbacks = new WeakMap<object, object>();
  const known = (instrument: Observable): Observable => behind.get(instrument) ?? instrument;

  const knownOf = (instruments: Observable[]): Observable[] => (Array.isArray(instruments) ? instruments.map(known) : instruments);

  function cleaned<Callback extends object>(callback: Callback, make: () => Callback): Callback {
    // Whoever is asked gives no answer, if it is none.
    if (typeof callback !== "function") return callback;
    const made = (callbacks.get(callback) as Callback | undefined) ?? make();
    callbacks.set(callback, made);
    return made;
  }

  const single = (callback: ObservableCallback): ObservableCallback =>
    cleaned(callback, () => (result) => callback({ observe: (value, attributes) => result.observe(value, clean.attributes(attributes)) }));
  const batch = (callback: BatchObservableCallback): BatchObservableCallback =>
    cleaned(
      callback,
      () => (result) =>
        callback({ observe: (instrument, value, attributes) => result.observe(known(instrument), value, clean.attributes(attributes)) }),
    );
  return {
    observing: (instrument: Observable): Observable => {
      const own: Observable = {
        addCallback: (callback) => instrument.addCallback(single(callback)),
        removeCallback: (callback) => instrument.removeCallback(single(callback)),
      };
      behind.set(own, instrument);
      return own;
    },
    addBatch: (callback: BatchObservableCallback, instruments: Observable[]): void =>
      meter.addBatchObservableCallback(batch(callback), knownOf(instruments)),
    removeBatch: (callback: BatchObservableCallback, instruments: Observable[]): void =>
      meter.removeBatchObservableCallback(batch(callback), knownOf(instruments)),
  };
}
