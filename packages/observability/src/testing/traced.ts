import { DadError } from "@dad/protocol";
import { SpanStatusCode } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { traced } from "../traced.ts";
import { type ObservabilitySubject, recordOf } from "./subject.ts";

export function tracedContract(subject: ObservabilitySubject): void {
  describe("traced", () => {
    it("gives what the work gives, and the work a context below which its own spans belong", async () => {
      await using observability = await subject.create();
      const result = await traced(observability, { name: "outer", attributes: { depth: 0 } }, async (inside) =>
        traced(observability, { name: "inner", parent: inside }, (_context, span) => {
          span.setAttribute("depth", 1);
          return 42;
        }),
      );
      expect(result).toBe(42);
      const record = await recordOf(subject, observability);
      if (!record) return;
      const [inner, outer] = record.spans;
      expect(outer).toMatchObject({ name: "outer", attributes: { depth: 0 }, status: { code: SpanStatusCode.UNSET } });
      expect(outer?.parentSpanId).toBeUndefined();
      expect(inner).toMatchObject({ name: "inner", attributes: { depth: 1 }, traceId: outer?.traceId, parentSpanId: outer?.spanId });
    });

    it.each([
      [new DadError("ARTIFACT_UNKNOWN", "there is no such artifact"), "ARTIFACT_UNKNOWN", "there is no such artifact"],
      [new RangeError("too far"), "RangeError", "too far"],
      ["a text", "_OTHER", "a text"],
    ])("throws on what the work throws, and the span says so: %s", async (error, type, message) => {
      await using observability = await subject.create();
      const failing = () => {
        // oxlint-disable-next-line typescript/only-throw-error -- work may throw anything
        throw error;
      };
      await expect(traced(observability, { name: "sync" }, failing)).rejects.toBe(error);
      await expect(traced(observability, { name: "async" }, async () => failing())).rejects.toBe(error);
      const expected = { status: { code: SpanStatusCode.ERROR, message }, attributes: { "error.type": type } };
      const spans = (await recordOf(subject, observability))?.spans;
      expect(spans ?? []).toMatchObject(spans ? [expected, expected] : []);
    });
  });
}
