import type { NodeContext } from "@dad/agent";
import type { RecordedSpan, StartedSpan } from "@dad/observability";
import type { RecordedEvent } from "@dad/protocol";
import fc from "fast-check";
import { expect, it } from "vitest";
import { cutOf, execute, type Execution, of, TRACE } from "./testing-executions.ts";
import { anyPlan, type FlowPlan } from "./testing-plans.ts";
import { labelOf, misplaced, open } from "./testing-telemetry.ts";
import { question } from "./testing-waiting.ts";

const spanIdIn = (traceparent: string) => traceparent.split("-")[2];
const linksOf = ({ links }: StartedSpan) => links.map(({ context, attributes }) => [context.spanId, attributes["dad.link.type"]]);

/** The elements that an execution did anything in: those that it says begin, all attempts, and what is around them. */
function elementsOf({ added }: Execution): readonly string[] {
  const elements = new Set<string>();
  for (const event of added) {
    const path = "path" in event && typeof event.path === "string" ? event.path : undefined;
    if (path === undefined) continue;
    if (event.type === "component.started" && path.includes(".")) elements.add(path);
    if (event.type === "node.started") elements.add(`${path} ${event.attempt}`);
    for (let at = path.lastIndexOf("."); at > 0; at = path.lastIndexOf(".", at - 1))
      if (path.slice(0, at).includes(".")) elements.add(path.slice(0, at));
  }
  return [...elements, "invoke_workflow main"].sort();
}

/** Spans that had ended before something in them did. */
function endedTooEarly(spans: readonly RecordedSpan[]): readonly string[] {
  const ended = new Map(spans.map(({ spanId }, at) => [spanId, at]));
  return spans.filter(({ parentSpanId }, at) => parentSpanId !== undefined && (ended.get(parentSpanId) ?? -1) < at).map(labelOf);
}

/** Of each attempt that an execution began: the attempt of the same node before it, and why that is linked. */
function attemptsBefore({ before, added }: Execution): ReadonlyMap<string, readonly [string | undefined, string]> {
  const last = new Map<string, { readonly traceparent: string; state: string }>();
  const expected = new Map<string, readonly [string | undefined, string]>();
  [...before, ...added].forEach((event, at) => {
    if (!("path" in event) || typeof event.path !== "string" || !event.type.startsWith("node.")) return;
    const earlier = last.get(event.path);
    if (event.type === "node.started") {
      const { traceparent = "", path, attempt } = event;
      const isBroken = at >= before.length && earlier !== undefined && ["node.started", "node.parked"].includes(earlier.state);
      if (earlier) expected.set(`${path} ${attempt}`, [spanIdIn(earlier.traceparent), isBroken ? "continued_from" : "retry_of"]);
      last.set(path, { traceparent, state: event.type });
    } else if (earlier && /completed|failed|cancelled|parked/.test(event.type)) earlier.state = event.type;
  });
  return expected;
}

function expectWhole(execution: Execution, begun: ReadonlySet<string>): void {
  const { before, added, told } = execution;
  // With a run that had completed, nobody goes on.
  if (added.length === 0) return;
  expect(open(told)).toEqual([]);
  expect(endedTooEarly(told.spans)).toEqual([]);
  expect(misplaced(told.spans)).toEqual([]);
  expect(told.spans.map(labelOf).sort()).toEqual(elementsOf(execution));
  expect(new Set(told.spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE]));
  // In one trace, each execution has one span that is in nothing, which goes on from the last one that is on record.
  const roots = told.spans.filter(({ parentSpanId }) => parentSpanId === undefined);
  const last = of(before, "trace.updated").at(-1)?.spanId;
  expect(roots.map(linksOf)).toEqual([last === undefined ? [] : [[last, "continued_from"]]]);
  const placed = of(added, "trace.updated").map(({ traceId, spanId }) => [traceId, spanId]);
  expect(placed).toEqual(roots.map(({ spanId }) => [TRACE, spanId]));
  const byId = new Map(told.spans.map((span) => [span.spanId, span]));
  const earlier = attemptsBefore(execution);
  for (const { path, attempt, traceparent = "" } of of(added, "node.started")) {
    const span = byId.get(spanIdIn(traceparent) ?? "");
    expect(span && labelOf(span)).toBe(`${path} ${attempt}`);
    const link = earlier.get(`${path} ${attempt}`);
    expect(span && linksOf(span)).toEqual(link ? [link] : []);
  }
  for (const { links } of told.spans) for (const { context } of links) expect(begun).toContain(context.spanId);
  for (const { traceparent = "" } of of(before, "node.started")) expect(begun).toContain(spanIdIn(traceparent));
}

const silent = () => Promise.resolve(null);
const asking = (context: NodeContext) => (context.path.endsWith(".a") ? context.input(question("sure")) : Promise.resolve(null));

const node = (mode: "works" | "fails") => ({ kind: "component", elements: [{ kind: "node", mode }] }) as const;
const both = { kind: "component", elements: [{ kind: "parallel", left: node("works"), right: node("works") }] } as const;
/** What fails again cleans up again, also in what had completed. */
const cleaningUp: FlowPlan = {
  kind: "component",
  elements: [{ kind: "try", body: node("fails"), handler: node("works"), caught: false, cleanup: both }],
};

it("has the trace of all its executions, however often it is killed, and whatever it waits for", async () => {
  // In hundredths of what is on record. Without one, it was not killed.
  const cuts = fc.array(fc.option(fc.noBias(fc.integer({ min: 0, max: 99 })), { freq: 3 }), { minLength: 1, maxLength: 4 });
  const ticks = fc.func(fc.nat(3)) as fc.Arbitrary<() => number>;
  const executing = fc.record({ plan: anyPlan({ failures: "everywhere" }), ticks, asks: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(executing, cuts, async ({ plan, ticks, asks }, shares) => {
      const begun = new Set<string>();
      let record: readonly RecordedEvent[] = [];
      for (const share of [null, ...shares]) {
        const execution = await execute(share === null ? record : cutOf(record, share), { plan, ticks, within: asks ? asking : silent });
        for (const { spanId } of execution.told.started) begun.add(spanId);
        expect(execution.told.started.length > 0).toBe(execution.added.length > 0);
        expectWhole(execution, begun);
        record = [...execution.before, ...execution.added];
      }
    }),
    { numRuns: 12, examples: [[{ plan: cleaningUp, ticks: () => 0, asks: false }, [null]]] },
  );
});
