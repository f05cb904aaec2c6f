import { describe, expect, it } from "vitest";
import { CloudEvent, fromCloudEvent, toCloudEvent } from "./cloud-event.ts";
import { parseEvent } from "./event.ts";

const recorded = parseEvent({
  type: "custom.emitted",
  runId: "run_1",
  seq: 7,
  time: "2026-11-22T07:34:43.000Z",
  path: "coder.plan",
  name: "progress",
  data: { done: [1, null] },
});

describe("toCloudEvent", () => {
  it("gives what the specification asks for, and where the event comes from", () => {
    expect(CloudEvent.parse(toCloudEvent(recorded))).toEqual({
      specversion: "1.0",
      id: "run_1-7",
      source: "/runs/run_1",
      type: "dev.dad.custom.emitted.v1",
      subject: "coder.plan",
      time: "2026-11-22T07:34:43.000Z",
      datacontenttype: "application/json",
      sequence: "7",
      sequencetype: "Integer",
      data: { path: "coder.plan", name: "progress", data: { done: [1, null] } },
    });
  });

  it("uses attributes of lower-case letters and digits alone", () => {
    for (const name of Object.keys(toCloudEvent(recorded))) expect(name).toMatch(/^[a-z0-9]{1,20}$/);
  });

  it("needs an id for what is in no journal", () => {
    const { seq: _seq, ...told } = recorded;
    const event = parseEvent(told);
    expect(() => toCloudEvent(event)).toThrow(TypeError);
    expect(toCloudEvent(event, "x-1")).toMatchObject({ id: "x-1" });
    expect(toCloudEvent(event, "x-1")).not.toHaveProperty("sequence");
  });
});

describe("fromCloudEvent", () => {
  it("gives back what was sent", () => {
    expect(fromCloudEvent(JSON.parse(JSON.stringify(toCloudEvent(recorded))))).toEqual(recorded);
  });

  it("passes on an event of a newer version", () => {
    const newer = parseEvent({ type: "node.paused", runId: "run_1", seq: 1, time: "2026-11-22T07:34:43.000Z", more: [1] });
    expect(fromCloudEvent(toCloudEvent(newer))).toEqual(newer);
  });

  it.each([
    ["another type", "type", { type: "com.example.thing" }],
    ["another source", "runId", { source: "/somewhere" }],
    ["another version of the specification", "specversion", { specversion: "0.3" }],
    ["data of another form", "name", { data: { name: 1 } }],
    ["data that is a list", "name", { data: ["progress"] }],
  ])("refuses %s", (_what, place, change) => {
    expect(() => fromCloudEvent({ ...toCloudEvent(recorded), ...change })).toThrow(`"${place}"`);
  });
});
