import { type Attributes, type Meter, type MetricOptions, ROOT_CONTEXT } from "@opentelemetry/api";

/** The same meter, without what is active: a measurement that names no context would be of the host's. */
export function explicitMeter(meter: Meter): Meter {
  const adding = (create: "createCounter" | "createUpDownCounter") => (name: string, options?: MetricOptions) => {
    const instrument = meter[create](name, options);
    return { add: (value: number, attributes?: Attributes, context = ROOT_CONTEXT) => instrument.add(value, attributes, context) };
  };
  const recording = (create: "createHistogram" | "createGauge") => (name: string, options?: MetricOptions) => {
    const instrument = meter[create](name, options);
    return { record: (value: number, attributes?: Attributes, context = ROOT_CONTEXT) => instrument.record(value, attributes, context) };
  };
  return {
    createCounter: adding("createCounter"),
    createUpDownCounter: adding("createUpDownCounter"),
    createHistogram: recording("createHistogram"),
    createGauge: recording("createGauge"),
    createObservableCounter: (name, options) => meter.createObservableCounter(name, options),
    createObservableUpDownCounter: (name, options) => meter.createObservableUpDownCounter(name, options),
    createObservableGauge: (name, options) => meter.createObservableGauge(name, options),
    addBatchObservableCallback: (callback, instruments) => meter.addBatchObservableCallback(callback, instruments),
    removeBatchObservableCallback: (callback, instruments) => meter.removeBatchObservableCallback(callback, instruments),
  };
}
