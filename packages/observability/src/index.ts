/**
 * Traces, metrics and logs of a run: the OpenTelemetry API.
 *
 * @packageDocumentation
 */
export type { Observability } from "./observability.ts";
export { redacted } from "./redacted.ts";
export { traced, type TracedOptions } from "./traced.ts";
export { under } from "./under.ts";
