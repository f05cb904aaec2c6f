import { describe } from "vitest";
import { independenceContract } from "./testing/independence.ts";
import { recordContract } from "./testing/record.ts";
import { robustnessContract } from "./testing/robustness.ts";
import type { ObservabilitySubject } from "./testing/subject.ts";
import { tracedContract } from "./testing/traced.ts";

export type { ObservabilitySubject, TelemetryRecord } from "./testing/subject.ts";

/**
 * The contract of `Observability`. Every adapter runs all of it; there is no way to skip a part. One whose
 * spans say that they record has to show what was recorded.
 */
export function observabilityContract(name: string, subject: ObservabilitySubject): void {
  describe(`${name} satisfies Observability`, () => {
    independenceContract(subject);
    robustnessContract(subject);
    recordContract(subject);
    tracedContract(subject);
  });
}
