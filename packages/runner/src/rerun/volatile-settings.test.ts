import { flow, type FlowDefinition, type NodeOptions } from "@dad/agent";
import type { Json } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { planned, rerunStage } from "../testing-rerun.ts";

type On = ReturnType<typeof rerunStage>;

describe("a re-run with another setting of how nodes are executed", () => {
  it.each<[string, NodeOptions<{ value: Json }>]>([
    ["a time limit", { timeoutMs: 5000 }],
    ["a retry policy", { retry: { attempts: 3, delayMs: 10 } }],
    ["a wait before", { sleepBeforeMs: 60_000 }],
    ["a rest after", { sleepAfterMs: 60_000 }],
    ["an idempotency key", { idempotencyKey: "$var{runId} and $expr{$hier{first}.value}" }],
    ["where it is recorded", { record: { outcome: { path: "elsewhere.json" } } }],
    ["a fallback that is not needed", { onFailure: { fallback: { value: "f" } } }],
    ["going on without it", { onFailure: "continue" }],
  ])("executes nothing: %s", async (_what, options) => {
    const on = rerunStage();
    const definition = (given: NodeOptions<{ value: Json }>) =>
      flow("main")
        .node("first", on.step({ value: 1 }))
        .node("it", on.step({ value: "$expr{$hier{first}.value}" }), given)
        .node("last", on.step({ value: "$expr{$hier{it}.value}" }));
    await on.run(definition({}));
    const there = await on.rerun(definition(options));
    expect([there.executed, planned(there.plan, "reuse")]).toEqual([[], ["main.first", "main.it", "main.last"]]);
    expect((await on.rerun(definition({}), { of: there.runId })).executed).toEqual([]);
  });

  it("executes nothing: how many iterations of a map go on at the same time, descriptions", async () => {
    const on = rerunStage();
    const definition = (concurrency: number, description: string) =>
      flow("main", { description }).map("wide", { items: [1, 2, 3], concurrency, body: flow("b").node("a", on.step({ value: "$var{item}" })) });
    await on.run(definition(1, "one"));
    expect((await on.rerun(definition(3, "three"))).executed).toEqual([]);
  });
});

/** All that differs with each run, in a text of its own and in what others gave. */
function telling({ step }: On, text: string): FlowDefinition {
  return flow("main")
    .node("tells", step({ value: text }))
    .node("passes", step({ value: "of $expr{$hier{tells}.value}" }))
    .forEach("loop", { items: [1], body: flow("b").node("again", step({ value: [text, "$expr{$hier{passes}.value}"] })) })
    .node("last", step({ value: { [`in`]: "$expr{$hier{loop}}" } }));
}

describe("a re-run of nodes that are told of their run", () => {
  it.each([
    "$var{runId}",
    "run $var{runId}.",
    "a line\n$var{runId}\nand another",
    "a tab\t$var{runId}",
    'a quote "$var{runId}" and \\ $var{runId}',
    "a control \u0001$var{runId}",
    "$var{runDir}/file",
    "$var{runRoot}",
    "$var{workspace}/src/a.ts",
    "cd $var{workspace} && ls $var{runDir} # $var{runId}",
  ])("executes nothing, nor does a re-run of it: %j", async (text) => {
    const on = rerunStage();
    await on.run(telling(on, text));
    for (const of of ["r", "r2", "r3"]) {
      const { plan, executed } = await on.rerun(telling(on, text), { of });
      expect(planned(plan, "reuse")).toEqual(["main.last", "main.loop.iter_0.again", "main.passes", "main.tells"]);
      expect(executed).toEqual([]);
    }
  });

  it("executes nothing, whatever the run is called", async () => {
    const on = rerunStage();
    await on.run(telling(on, "$var{runId}"), { as: "prefix_run_20260101_000000_aaaaaa" });
    const { executed } = await on.rerun(telling(on, "$var{runId}"), { of: "prefix_run_20260101_000000_aaaaaa", as: "rerun.1" });
    expect(executed).toEqual([]);
    expect((await on.rerun(telling(on, "$var{runId}"), { of: "rerun.1", as: "other_2" })).executed).toEqual([]);
  });

  it("executes what is told another word, also when runs are called like these", async () => {
    const on = rerunStage();
    const definition = (name: string) => flow("main").node("a", on.step({ value: `Hello, ${name}` }));
    await on.run(definition("world"), { as: "world" });
    expect((await on.rerun(definition("moon"), { of: "world", as: "moon" })).executed).toEqual(["main.a"]);
  });

  it("executes what is told another path, also when runs are called like parts of these, as its plan says", async () => {
    const on = rerunStage();
    const definition = (version: string) => flow("main").node("a", on.step({ value: `api/${version}/users of /${version}` }));
    await on.run(definition("v1"), { as: "v1" });
    const { plan, executed, result } = await on.rerun(definition("v2"), { of: "v1", as: "v2" });
    expect([planned(plan, "execute"), executed]).toEqual([["main.a"], ["main.a"]]);
    expect(result).toEqual({ a: { value: "api/v2/users of /v2" } });
  });

  it("executes what is told of another earlier run by an input, as its plan says", async () => {
    const on = rerunStage();
    const runs = ["run_20261122_073443_1f9c2a", "run_20261122_073444_1f9c2b", "run_20261122_073445_1f9c2c"] as const;
    const definition = flow("main", { variables: { last: "" } }).node("a", on.step({ value: "after $var{last}" }));
    await on.run(definition, { as: runs[0] });
    for (const [of, as] of [runs.slice(0, 2), runs.slice(1)] as [string, string][]) {
      const { plan, executed, result } = await on.rerun(definition, { of, as, inputs: { main: { last: of } } });
      expect([planned(plan, "execute"), executed, result]).toEqual([["main.a"], ["main.a"], { a: { value: `after ${of}` } }]);
      expect((await on.rerun(definition, { of: as })).executed).toEqual([]);
    }
  });

  it("takes no id for a part of a longer word", async () => {
    const on = rerunStage();
    const definition = (text: string) => flow("main").node("a", on.step({ value: text }));
    await on.run(definition("run_1 is fine"), { as: "run_1" });
    for (const text of ["run_10 is fine", "xrun_1 is fine", "run_1-a is fine", "run_1_b is fine", "\\nrun_1 is fine"]) {
      const { executed } = await on.rerun(definition(text), { of: "run_1" });
      expect(executed).toEqual(["main.a"]);
    }
  });

  it("goes on to execute what speaks of another run", async () => {
    const on = rerunStage();
    await on.run(telling(on, "run-7"));
    expect((await on.rerun(telling(on, "run-8"))).executed).toHaveLength(4);
  });
});
