import type { RecordedSpan, RecordingOptions } from "@dad/observability";
import { type MemoryObservability, memoryObservability } from "@dad/observability/memory";
import { memoryPorts } from "./testing-ports.ts";

// For the tests of this package only: runs in memory, and all that they tell, also what never ended.

export type Told = Pick<MemoryObservability, "started" | "spans" | "logs" | "metrics">;

/** Ports whose observability keeps what is told of every run. */
export function toldPorts(options: RecordingOptions = {}) {
  const observability = memoryObservability(options);
  return { told: observability as Told, ports: { ...memoryPorts(), observability } };
}

/** What never ended. */
export function open({ started, spans }: Told): readonly string[] {
  const ended = new Set(spans.map(({ spanId }) => spanId));
  return started.filter(({ spanId }) => !ended.has(spanId)).map(({ name }) => name);
}

/** The spans as a tree: each with its path in the run, or its name, and how often it stands there in brackets where that is not once. */
export function treeOf(spans: readonly RecordedSpan[]): readonly string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const placeOf = (span: RecordedSpan): string => {
    const parent = span.parentSpanId === undefined ? undefined : byId.get(span.parentSpanId);
    return parent ? `${placeOf(parent)} > ${labelOf(span)}` : labelOf(span);
  };
  return spans.map(placeOf).sort();
}

export function labelOf({ name, attributes }: Pick<RecordedSpan, "name" | "attributes">): string {
  const path = attributes["dad.node.path"];
  const attempt = attributes["dad.node.attempt"];
  if (typeof path !== "string") return name;
  return typeof attempt === "number" ? `${path} ${attempt}` : path;
}

/** The span of an attempt, or of a component, as it ended last. */
export function spanOf({ spans }: Pick<Told, "spans">, label: string): RecordedSpan {
  const found = spans.filter((span) => labelOf(span) === label).at(-1);
  if (found === undefined) throw new Error(`there is no span ${label} among ${spans.map(labelOf).join(", ")}`);
  return found;
}

/** The spans that are in another one than their path says, or not within its time. For a flow that is the root. */
export function misplaced(spans: readonly RecordedSpan[]): readonly string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  return spans.flatMap((span) => {
    const { parentSpanId, attributes, startTime, endTime } = span;
    const path = attributes["dad.node.path"];
    if (typeof path !== "string") return parentSpanId === undefined ? [] : [`${labelOf(span)} has a parent`];
    const parent = byId.get(parentSpanId ?? "");
    const around = path.slice(0, path.lastIndexOf("."));
    if (parent === undefined || (parent.attributes["dad.node.path"] ?? parent.attributes["dad.run.root_component"]) !== around)
      return [`${labelOf(span)} is in ${parent ? labelOf(parent) : "nothing"}`];
    return parent.startTime <= startTime && endTime <= parent.endTime ? [] : [`${labelOf(span)} is not in the time of ${labelOf(parent)}`];
  });
}
