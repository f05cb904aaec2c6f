import { describe, expect, it } from "vitest";
import { ALL_EVENTS, type AnyEvent, eventText, eventTypes, filteredEvents, toneOf } from "./event-filter.ts";

const events = [
  { type: "run.started", runId: "r", time: "2026-01-01T00:00:00Z" },
  { type: "node.started", path: "coder.plan", attempt: 2, nodeType: "ai_model" },
  { type: "node.failed", path: "coder.plan", attempt: 2, durationMs: 1200, usage: { costUsd: 0.01 }, error: { code: "E", message: "a\nb" } },
  { type: "future.thing", constructor: "x" },
] as unknown as readonly AnyEvent[];

describe("filteredEvents", () => {
  it("filters by type, place and anything that is in them", () => {
    expect(filteredEvents(events, ALL_EVENTS)).toEqual(events);
    expect(filteredEvents(events, { ...ALL_EVENTS, type: "node.failed" })).toEqual([events[2]]);
    expect(filteredEvents(events, { ...ALL_EVENTS, path: "PLAN" })).toHaveLength(2);
    expect(filteredEvents(events, { ...ALL_EVENTS, term: "Ai_Model" })).toEqual([events[1]]);
    expect(eventTypes(events).map(([type]) => type)).toEqual(["future.thing", "node.failed", "node.started", "run.started"]);
  });
});

describe("eventText", () => {
  it("says in one line what an event has, also one that nobody knows", () => {
    expect(events.map(eventText)).toEqual(["", "ai_model · attempt 2", "attempt 2 · 1.20s · $0.0100 · E: a b", ""]);
    expect(events.map(toneOf)).toEqual(["plain", "plain", "bad", "plain"]);
  });
});
