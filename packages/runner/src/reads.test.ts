import { type FlowDefinition, flow } from "@dad/agent";
import { describe, expect, it } from "vitest";
import { failing, type stage, stage as onStage } from "./testing-run.ts";

type Stage = ReturnType<typeof stage>;

/** Of each node that ended, what is on record of what it was made of, and of what decided that it was executed. */
async function recordedOf(definition: FlowDefinition, on: Stage): Promise<Record<string, { reads: string[]; decidedBy: string[] }>> {
  await on.run(definition);
  const ends = (await on.events()).filter((event) => event.type === "node.completed" || event.type === "node.failed");
  return Object.fromEntries(ends.map(({ path, reads = [], decidedBy = [] }) => [path, { reads, decidedBy }]));
}

describe("what is on record of what a node was made of", () => {
  it("goes through the variables that components are given, however many there are in between", async () => {
    const on = onStage();
    const inner = flow("inner", { variables: { text: "", own: "x" } })
      .node("say", on.step({ value: "$var{text}" }))
      .node("quiet", on.step({ value: "$var{own}" }));
    const middle = flow("middle", { variables: { text: "" } }).component("inner", inner.with({ text: "<$var{text}>" }));
    const definition = flow("main")
      .node("plan", on.step({ value: "p" }))
      .component("middle", middle.with({ text: "$expr{$hier{plan}.value}" }));
    expect(await recordedOf(definition, on)).toMatchObject({
      "main.middle.inner.say": { reads: ["main.plan"] },
      "main.middle.inner.quiet": { reads: [] },
    });
  });

  it("is the element whose member a template reads, not the member", async () => {
    const on = onStage();
    const definition = flow("main")
      .node("plan", on.step({ value: { "a b": [1], deep: { x: 1 } } }))
      .node("use", on.step({ value: "$expr{$hier{plan}.value.deep.x} $expr{$hier{plan}.value['a b'][0]}" }));
    expect(await recordedOf(definition, on)).toMatchObject({ "main.use": { reads: ["main.plan"] } });
  });

  it("goes through the items of loops, and through where they start", async () => {
    const on = onStage();
    const body = flow("body")
      .node("say", on.step({ value: "$expr{item}" }))
      .node("count", on.step({ value: "$expr{index}" }));
    const definition = flow("main")
      .node("list", on.step({ value: ["a", "b"] }))
      .node("first", on.step({ value: 1 }))
      .map("mapped", { items: "$expr{$hier{list}.value}", body })
      .forEach("each", { items: "$expr{$hier{list}.value}", start: "$expr{$hier{first}.value}", body });
    expect(await recordedOf(definition, on)).toMatchObject({
      "main.mapped.iter_0.say": { reads: ["main.list"], decidedBy: ["main.list"] },
      "main.mapped.iter_1.count": { reads: [], decidedBy: ["main.list"] },
      "main.each.iter_1.say": { reads: ["main.list", "main.first"], decidedBy: ["main.list", "main.first"] },
      "main.each.iter_1.count": { reads: ["main.first"] },
    });
  });

  it("is, by `previous`, the iteration before, and nothing in the first one, wherever that starts", async () => {
    const on = onStage();
    const body = flow("body").node("say", on.step({ value: "$expr{previous}" }));
    const definition = flow("main").forEach("each", { items: ["a", "b", "c", "d"], start: 2, body });
    expect(await recordedOf(definition, on)).toMatchObject({
      "main.each.iter_2.say": { reads: [] },
      "main.each.iter_3.say": { reads: ["main.each.iter_2"] },
    });
  });

  it("is, by the error that a handler sees, the node that failed", async () => {
    const on = onStage();
    on.on("work", failing(1));
    const body = flow("body").node("work", on.step({}));
    const handler = flow("handler").node("mend", on.step({ value: "$expr{error.message}" }));
    expect(await recordedOf(flow("main").try("t", { body, catch: handler }), on)).toMatchObject({
      "main.t.catch.mend": { reads: ["main.t.try.work"], decidedBy: ["main.t.try.work"] },
    });
  });
});

describe("what is on record of what decided that a node is executed", () => {
  it("is what the conditions of all blocks around it read, also of what it does not read itself", async () => {
    const on = onStage();
    const deep = flow("deep").node("act", on.step({ value: "x" }));
    const chosen = flow("chosen").switch("pick", { on: "$expr{$hier{kind}.value}", cases: { small: deep } });
    const definition = flow("main")
      .node("check", on.step({ value: true }))
      .node("kind", on.step({ value: "small" }))
      .conditional("if", { condition: "$expr{$hier{check}.value}", isTrue: chosen })
      .node("after", on.step({}));
    expect(await recordedOf(definition, on)).toMatchObject({
      "main.if.is_true.pick.small.act": { reads: [], decidedBy: ["main.kind", "main.check"] },
      "main.after": { decidedBy: [] },
    });
  });

  it("is, in a loop with a condition, what that read before the iteration", async () => {
    const on = onStage();
    const body = flow("body").node("step", on.step({ value: "$expr{index}" }));
    const condition = "$expr{index == 0 || (previous.step.value < $hier{limit}.value)}";
    const definition = flow("main")
      .node("limit", on.step({ value: 1 }))
      .while("loop", { condition, max: 5, body });
    expect(await recordedOf(definition, on)).toMatchObject({
      "main.loop.iter_0.step": { decidedBy: [] },
      "main.loop.iter_1.step": { decidedBy: ["main.loop.iter_0", "main.limit"] },
    });
  });
});
