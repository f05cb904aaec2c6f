import { type ComponentDefinition, defineNode, flow, placedElements } from "@dad/agent";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { definitionChecks } from "./definition-checks.ts";

const say = defineNode({ type: "say", version: "1", effect: "pure", settings: z.object({}), output: z.null(), execute: () => null });
const writes = (path: string) => flow("writes").node("write", say({}), { record: { outcome: { path } } });

function problemsOf(definition: ComponentDefinition): readonly string[] {
  return definitionChecks(placedElements(definition));
}

describe("places of records", () => {
  it("differ in each iteration of a loop: one would cover what another left", () => {
    const loop = (path: string) => flow("main").forEach("each", { items: [1], index: "at", body: writes(path) });
    expect(problemsOf(loop("report.json"))).toEqual([
      'main.each.iter_*.write: record: outcome.path: "report.json" is the same in each iteration: let it differ, as with $var{at}',
    ]);
    expect(problemsOf(flow("outer").component("in", loop("report.json")))).toHaveLength(1);
    expect(problemsOf(loop("report-$var{at}.json"))).toEqual([]);
    expect(problemsOf(loop("$var{nodeDirectory}/report.json"))).toEqual([]);
  });

  it("that are written down are found also beside others that are not", () => {
    const body = flow("body").node("write", say({}), { record: { outcome: { path: "a.json" }, result: { path: "$var{index}.json" } } });
    expect(problemsOf(flow("main").while("again", { condition: true, max: 2, body }))).toEqual([
      expect.stringContaining('record: outcome.path: "a.json"'),
    ]);
  });

  it("may be the same in branches of which only one runs", () => {
    const both = writes("report.json");
    expect(problemsOf(flow("main").conditional("if", { condition: true, isTrue: both, isFalse: both }))).toEqual([]);
    const cases = { a: both, b: flow("deep").component("in", both), c: writes("report.json/c") };
    expect(problemsOf(flow("main").switch("on", { on: "a", cases, otherwise: writes("Report.json") }))).toEqual([]);
  });

  it("are not those of what runs before, after or beside them", () => {
    const both = writes("report.json");
    const taken = '"report.json" is where node main.if.is_true.write keeps what is its own';
    const choice = flow("main").conditional("if", { condition: true, isTrue: both, isFalse: both });
    expect(problemsOf(choice.component("later", both))).toEqual([
      `main.later.write: artifact "outcome" of node main.later.write cannot be kept: ${taken}`,
    ]);
    expect(
      problemsOf(
        flow("main")
          .component("first", both)
          .conditional("if", { condition: true, isTrue: flow("none"), isFalse: both }),
      ),
    ).toHaveLength(1);
    expect(problemsOf(flow("main").parallel("both", { left: both, right: both }))).toHaveLength(1);
    expect(problemsOf(flow("main").try("t", { body: both, catch: both }))).toHaveLength(1);
    expect(problemsOf(choice.component("later", writes("report.json/x")))).toHaveLength(1);
  });

  it("below a directory are found by any of those that are not beside it in a choice", () => {
    const isTrue = writes("reports/a.json");
    const definition = flow("main")
      .component("first", writes("reports/b.json"))
      .conditional("if", { condition: true, isTrue, isFalse: writes("reports") });
    expect(problemsOf(definition)).toEqual([expect.stringContaining("where node main.first.write keeps")]);
  });
});
