import { NodePath, RunId } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { eventMatcher } from "./event-filter.ts";

const base = { runId: RunId.parse("run_1"), time: "2026-11-22T07:34:43.000Z" };
const started = { ...base, type: "node.started", path: NodePath.parse("a.b.c") };

describe("eventMatcher", () => {
  it.each([
    ["node.started", true],
    ["node.*", true],
    ["*", true],
    ["node.completed", false],
    ["run.*", false],
    [{ path: "a.*.c" }, true],
    [{ path: "a.**", type: "node.*" }, true],
    [{ path: "a.**", type: "run.*" }, false],
    [{ path: "b.**", type: "node.*" }, false],
  ] as const)("finds by %j what the bus would tell", (filter, matches) => {
    expect(eventMatcher(filter)(started)).toBe(matches);
  });

  it("knows the types of newer versions, and no path where there is none", () => {
    expect(eventMatcher("new.*")({ ...base, type: "new.thing" })).toBe(true);
    expect(eventMatcher({ path: "**" })({ ...base, type: "new.thing" })).toBe(false);
  });

  it.each(["node.", "no*de"])("refuses the type pattern %j", (type) => {
    expect(() => eventMatcher({ type: type as "*" })).toThrow(TypeError);
  });
});
