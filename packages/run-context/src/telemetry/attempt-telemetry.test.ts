import { memoryObservability } from "@dad/observability/memory";
import { ROOT_CONTEXT, type Span } from "@dad/observability";
import { NodePath } from "@dad/protocol";
import { expect, it } from "vitest";
import { attemptTelemetry } from "./attempt-telemetry.ts";

it("keeps no span that has ended, and ends each that has not, however many an attempt begins", () => {
  const whole = memoryObservability();
  const asked = new Set<Span>();
  const startSpan = (name: string): Span => {
    const span = whole.tracer.startSpan(name);
    const watched: Span = { ...span, isRecording: () => (asked.add(watched), span.isRecording()) };
    return watched;
  };
  const observability = { ...whole, tracer: { ...whole.tracer, startSpan } };
  const options = { observability, redactor: undefined, place: ROOT_CONTEXT, metrics: { command() {} }, isOver: () => false };
  const attempt = attemptTelemetry({ path: NodePath.parse("main.n"), attempt: 1 }, options);
  const { tracer } = attempt.observability;
  for (let at = 0; at < 20_000; at += 1) {
    const span = tracer.startSpan(String(at));
    if (at % 1_000 !== 0) span.end();
  }
  expect(whole.spans).toHaveLength(19_980);
  asked.clear();
  attempt.end();
  expect(asked.size).toBeLessThan(1_100);
  expect(whole.spans).toHaveLength(20_000);
});
