import type { Attributes } from "@dad/observability";

/** Those that have a value: of a measurement, one without a value would be another set of attributes. */
export function knownAttributes(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}
