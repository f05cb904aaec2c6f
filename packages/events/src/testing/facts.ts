import { type EventOf, type Json, NodePath, type RunEvent, RunId, type UnknownEvent } from "@dad/protocol";
import type { EventBus } from "../event-bus.ts";

export const runId = RunId.parse("run_20261122_073443_1f9c2a");
const time = "2026-11-22T07:34:43.000Z";

/** Told by whoever likes, numbered for tests about order. */
export function custom(data: Json, path?: string): EventOf<"custom.emitted"> {
  return { type: "custom.emitted", runId, time, name: "test", data, ...(path === undefined ? {} : { path: NodePath.parse(path) }) };
}

export function nodeStarted(path: string): EventOf<"node.started"> {
  return { type: "node.started", runId, time, path: NodePath.parse(path), attempt: 1, nodeType: "test" };
}

export function nodeCancelled(path: string): EventOf<"node.cancelled"> {
  return { type: "node.cancelled", runId, time, path: NodePath.parse(path), attempt: 1, durationMs: 1, artifacts: [] };
}

export const runStarted: EventOf<"run.started"> = {
  type: "run.started",
  runId,
  time,
  executionId: "0195d2a4-8a3c-7c1e-9b1a-3f1d1c2b4a5e" as EventOf<"run.started">["executionId"],
  rootComponentId: "agent",
};

/** Of a version that this one does not know. */
export const unknownEvent: UnknownEvent = { type: "node.teleported", runId, time, path: "agent.flow1", to: "elsewhere" };

export function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

export function publishNumbers(bus: EventBus, count: number): void {
  for (const number of numbers(count)) bus.publish(custom(number));
}

/** Keeps the data of every `custom.emitted` event, in order of arrival. */
export function collectData(bus: EventBus): Json[] {
  const seen: Json[] = [];
  bus.subscribe("custom.emitted", ({ data }) => void seen.push(data));
  return seen;
}

/** Keeps every event of these types, in order of arrival. */
export function collect(bus: EventBus, type: Parameters<EventBus["subscribe"]>[0] = "*"): (RunEvent | UnknownEvent)[] {
  const seen: (RunEvent | UnknownEvent)[] = [];
  bus.subscribe(type, (event: RunEvent | UnknownEvent) => void seen.push(event));
  return seen;
}

/** Never settles by itself, as a handler that waits for something that does not come. */
export function never(): Promise<never> {
  return new Promise(() => {});
}
