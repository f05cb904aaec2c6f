/**
 * Sends what a run tells of itself to an OpenTelemetry collector.
 *
 * @packageDocumentation
 */
export {};
