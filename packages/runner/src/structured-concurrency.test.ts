import { flow, type FlowDefinition } from "@dad/agent";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { endOf } from "./testing-crash.ts";
import { anyPlan, definitionOf, planWorld } from "./testing-plans.ts";
import { failing, stage, untilAborted } from "./testing-run.ts";

const items = (count: number) => Array.from({ length: count }, (_, at) => at);

describe("what goes on in a component or a block", () => {
  it("is over when that is over, however it ended: nothing of it is begun or goes on later", async () => {
    const ticks = fc.func(fc.nat(4)) as fc.Arbitrary<() => number>;
    await fc.assert(
      fc.asyncProperty(anyPlan({ failures: "everywhere" }), ticks, async (plan, given) => {
        const on = stage();
        const world = planWorld({ ticks: given });
        await endOf(on.run(definitionOf(plan, world)));
        expect(world.going).toBe(0);
        const over = new Set<string>();
        for (const event of await on.events()) {
          const { path } = event;
          if (typeof path !== "string") continue;
          const within = [...path.matchAll(/\./g)].map(({ index }) => path.slice(0, index));
          // What is resumed would begin again; this is one drive.
          expect(
            within.filter((parent) => over.has(parent)),
            `${event.type} ${path}`,
          ).toEqual([]);
          if (/^component\.(completed|failed|cancelled)$/.test(event.type)) over.add(path);
        }
      }),
    );
  });

  it("has ended before a failure is told to what is around it, and to the handler that catches it", async () => {
    const on = stage();
    const going = new Set<string>();
    const ends = async (context: Parameters<typeof untilAborted>[0]) => {
      going.add(context.path);
      try {
        return await untilAborted(context);
      } finally {
        // What cleans up takes its time.
        for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        going.delete(context.path);
      }
    };
    on.on("slow", ends);
    on.on("bad", failing(1));
    on.on("mend", () => going.size);
    const slow = flow("slow").map("each", { items: items(5), concurrency: 5, body: flow("body").node("slow", on.step({})) });
    const body = flow("body").parallel("both", { slow, more: slow, bad: flow("bad").node("bad", on.step({})) });
    const definition = flow("main").try("t", { body, catch: flow("handler").node("mend", on.step({})) });
    expect(await on.run(definition)).toEqual({ t: { catch: { mend: { value: 0 } } } });
    expect(on.executed).toHaveLength(12);
  });
});

/** So many blocks in one another, each with the same in both of its branches but for the last. */
function nested(depth: number, innermost: FlowDefinition): FlowDefinition {
  return depth === 0 ? innermost : flow("f").parallel("p", { one: nested(depth - 1, innermost) });
}

describe("a walk is not limited by the stack:", () => {
  it("a map over ten thousand items with nothing to do", async () => {
    const result = await stage().run(flow("main").map("each", { items: items(10_000), body: flow("body") }));
    expect(result["each"]).toHaveLength(10_000);
  });

  it("a for-each over five thousand items, each with branches that have nothing to do", async () => {
    const body = flow("body").parallel("p", { a: flow("a"), b: flow("b") });
    const result = await stage().run(flow("main").forEach("each", { items: items(5_000), body }));
    expect(result["each"]).toHaveLength(5_000);
  });

  it("a while of ten thousand rounds", async () => {
    const result = await stage().run(flow("main").while("again", { condition: true, max: 10_000, atMax: "stop", body: flow("body") }));
    expect(result["again"]).toHaveLength(10_000);
  });

  it("blocks in blocks, as deep as a path can be", async () => {
    const on = stage();
    const deep = nested(14, flow("leaf").node("n", on.step({ value: "deep" })));
    expect(JSON.stringify(await on.run(deep))).toContain('{"n":{"value":"deep"}}');
  });

  it("a failure in the midst of thousands that go on at the same time", async () => {
    const on = stage();
    on.on("main.each.iter_999.n", failing(1));
    const body = flow("body").node("n", on.step({}));
    on.on("n", untilAborted);
    await expect(on.run(flow("main").map("each", { items: items(1_000), concurrency: 1_000, body }))).rejects.toThrow("iter_999");
    const { nodes } = await on.details();
    expect(nodes.filter(({ status }) => status === "cancelled")).toHaveLength(999);
  });
});
