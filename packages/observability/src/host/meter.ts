import { type Attributes, type Context, createNoopMeter, type Meter, type MetricOptions, ROOT_CONTEXT } from "@opentelemetry/api";
import { quiet } from "./quiet.ts";

/** The same meter, without what is active: a measurement that names no context would be of the host's. */
export function explicitMeter(theirs: Meter): Meter {
  const noop = createNoopMeter();
  const quietly = quiet(theirs);

  /** An instrument that cannot be made takes measurements all the same. */
  function made<Instrument>(make: (meter: Meter) => Instrument): Instrument {
    try {
      return make(theirs);
    } catch {
      return make(noop);
    }
  }

  const adding = (create: "createCounter" | "createUpDownCounter") => (name: string, options?: MetricOptions) => {
    const instrument = quiet(made((meter) => meter[create](name, options)));
    return { add: (value: number, attributes?: Attributes, context: Context = ROOT_CONTEXT) => instrument.add(value, attributes, context) };
  };
  const recording = (create: "createHistogram" | "createGauge") => (name: string, options?: MetricOptions) => {
    const instrument = quiet(made((meter) => meter[create](name, options)));
    return { record: (value: number, attributes?: Attributes, context: Context = ROOT_CONTEXT) => instrument.record(value, attributes, context) };
  };
  return {
    createCounter: adding("createCounter"),
    createUpDownCounter: adding("createUpDownCounter"),
    createHistogram: recording("createHistogram"),
    createGauge: recording("createGauge"),
    createObservableCounter: (name, options) => made((meter) => meter.createObservableCounter(name, options)),
    createObservableUpDownCounter: (name, options) => made((meter) => meter.createObservableUpDownCounter(name, options)),
    createObservableGauge: (name, options) => made((meter) => meter.createObservableGauge(name, options)),
    addBatchObservableCallback: (callback, instruments) => quietly.addBatchObservableCallback(callback, instruments),
    removeBatchObservableCallback: (callback, instruments) => quietly.removeBatchObservableCallback(callback, instruments),
  };
}
