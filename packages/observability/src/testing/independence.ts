import { type Context, context, type ContextManager, logs, metrics, ROOT_CONTEXT, type Span, trace } from "@opentelemetry/api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Observability } from "../observability.ts";
import { traced } from "../traced.ts";
import { type ObservabilitySubject, recordOf } from "./subject.ts";

const hostSpan = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", traceFlags: 1 };

export function independenceContract(subject: ObservabilitySubject): void {
  describe("nothing is global", () => {
    it("neither sets nor changes what the host has set globally", async () => {
      const before = apiGlobals();
      await using observability = await subject.create();
      await useAll(observability);
      await observability.flush();
      expect(apiGlobals()).toEqual(before);
    });

    describe("with a host that has set up its own", () => {
      const host = tellTaleHost();
      beforeEach(host.install);
      afterEach(host.remove);

      it("uses nothing of it", async () => {
        await using observability = await subject.create();
        await useAll(observability);
        await observability.flush();
        expect(host.uses).toEqual([]);
      });

      it("does not take the host's active span for a parent", async () => {
        await using observability = await subject.create();
        const { tracer, logger } = observability;
        tracer.startSpan("alone").end();
        tracer.startActiveSpan("active", (span) => span.end());
        await traced(observability, { name: "traced" }, () => {});
        logger.emit({ body: "alone" });
        const record = await recordOf(subject, observability);
        expect(tracer.startSpan("probe").spanContext().traceId).not.toBe(hostSpan.traceId);
        expect(record?.spans.map(({ parentSpanId }) => parentSpanId) ?? []).toEqual(record ? [undefined, undefined, undefined] : []);
        expect(record?.logs.map(({ traceId }) => traceId) ?? []).toEqual(record ? [undefined] : []);
      });
    });

    it("keeps two of them apart", async () => {
      await using left = await subject.create();
      await using right = await subject.create();
      await Promise.all([useAll(left, "left"), useAll(right, "right")]);
      for (const [observability, name] of [
        [left, "left"],
        [right, "right"],
      ] as const) {
        const record = await recordOf(subject, observability);
        const names = record && [...record.spans, ...record.metrics].map((recorded) => recorded.name);
        expect(new Set(names ?? [name])).toEqual(new Set([name]));
        expect(new Set(record?.logs.map(({ body }) => body) ?? [name])).toEqual(new Set([name]));
      }
    });
  });

  describe("identity", () => {
    it.each(["startSpan", "startActiveSpan"])("passes the trace of an explicit parent on: %s", async (how) => {
      const { tracer } = await subject.create();
      const parent = trace.setSpanContext(ROOT_CONTEXT, { ...hostSpan, isRemote: true });
      const span: Span = how === "startSpan" ? tracer.startSpan("child", {}, parent) : tracer.startActiveSpan("child", {}, parent, (span) => span);
      expect(span.spanContext().traceId).toBe(hostSpan.traceId);
      span.end();
    });

    it("begins a new trace when it is told to, whatever the parent", async () => {
      const { tracer } = await subject.create();
      const span = tracer.startSpan("root", { root: true }, trace.setSpanContext(ROOT_CONTEXT, hostSpan));
      expect(span.spanContext().traceId).not.toBe(hostSpan.traceId);
    });

    it("gives what the work of startActiveSpan gives, in each of its forms", async () => {
      const { tracer } = await subject.create();
      const work = (span: Span) => typeof span.end;
      expect(tracer.startActiveSpan("a", work)).toBe("function");
      expect(tracer.startActiveSpan("a", {}, work)).toBe("function");
      expect(tracer.startActiveSpan("a", {}, ROOT_CONTEXT, work)).toBe("function");
    });
  });
}

/** Everything that an instrumentation would do. */
async function useAll(observability: Observability, name = "everything"): Promise<void> {
  const { tracer, meter, logger } = observability;
  tracer.startActiveSpan(name, (span) => span.setAttribute("a", 1).end());
  await traced(observability, { name }, (inside) => {
    tracer.startSpan(name, {}, inside).end();
    logger.emit({ body: name });
  });
  logger.emit({ body: name, context: ROOT_CONTEXT });
  if (logger.enabled()) meter.createCounter(name).add(1);
  meter.createHistogram(name).record(1);
  meter.createObservableGauge(name).addCallback((result) => result.observe(1));
}

/** What this major version of the API keeps for the whole process. */
function apiGlobals(): Record<string, unknown> {
  const registry: unknown = Reflect.get(globalThis, Symbol.for("opentelemetry.js.api.1"));
  return { ...(registry as object | undefined) };
}

/** A host whose global set-up tells when somebody uses it. */
function tellTaleHost() {
  const uses: string[] = [];
  const active = trace.setSpanContext(ROOT_CONTEXT, hostSpan);
  const tell = <Given>(use: string, result: () => Given) => {
    uses.push(use);
    return result();
  };
  const contextManager: ContextManager = {
    active: () => tell("context.active", () => active),
    // oxlint-disable-next-line max-params -- the form that the API gives it
    with: (_context: Context, fn, thisArg, ...args) => tell("context.with", () => fn.call(thisArg as never, ...args)),
    bind: (_context, target) => tell("context.bind", () => target),
    enable: () => contextManager,
    disable: () => contextManager,
  };
  const refuse = (use: string) => () => tell(use, () => undefined as never);
  return {
    uses,
    install() {
      uses.length = 0;
      context.setGlobalContextManager(contextManager);
      trace.setGlobalTracerProvider({ getTracer: refuse("trace.getTracer") });
      metrics.setGlobalMeterProvider({ getMeter: refuse("metrics.getMeter") });
      logs.setGlobalLoggerProvider({ getLogger: refuse("logs.getLogger") });
    },
    remove() {
      for (const api of [context, trace, metrics, logs]) api.disable();
    },
  };
}
