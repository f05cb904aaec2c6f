import { flow, type FlowDefinition } from "@dad/agent";
import { readHistory } from "@dad/run-context";
import { describe, expect, it } from "vitest";
import { planned, rerunStage, sorted } from "../testing-rerun.ts";
import { RUN } from "../testing-run.ts";

type On = ReturnType<typeof rerunStage>;

const LOOPS = {
  "a loop": ({ step }: On, items: readonly string[]): FlowDefinition =>
    flow("main").forEach("each", {
      items: [...items],
      body: flow("b")
        .node("a", step({ value: "$var{item}" }))
        .node("b", step({ value: "$expr{$hier{a}.value}" })),
    }),
  "a map": ({ step }: On, items: readonly string[]): FlowDefinition =>
    flow("main").map("each", {
      items: [...items],
      concurrency: 2,
      body: flow("b")
        .node("a", step({ value: "$var{item}" }))
        .node("b", step({ value: "$expr{$hier{a}.value}" })),
    }),
} as const;

const bodies = (...indexes: readonly number[]) => indexes.flatMap((index) => [`main.each.iter_${index}.a`, `main.each.iter_${index}.b`]);

describe.each(Object.entries(LOOPS))("a list in %s", (_name, definition) => {
  it.each([
    ["in another order", ["z", "x", "y"], []],
    ["turned over", ["z", "y", "x"], []],
    ["with an item gone from its beginning", ["y", "z"], []],
    ["with an item gone from its end", ["x", "y"], []],
    ["with a new item at its beginning", ["n", "x", "y", "z"], [0]],
    ["with a new item in its middle", ["x", "n", "y", "z"], [1]],
    ["with a new item at its end", ["x", "y", "z", "n"], [3]],
    ["with another item", ["x", "n", "z"], [1]],
    ["with an item twice", ["x", "x", "y", "z"], []],
    ["without any item", [], []],
    ["in another order with new ones between", ["n", "z", "m", "x"], [0, 2]],
  ])("is executed for its new items only: %s (D-26)", async (_what, items, news) => {
    const on = rerunStage();
    await on.run(definition(on, ["x", "y", "z"]));
    const { plan, executed, reused, result } = await on.rerun(definition(on, items));
    expect(executed).toEqual(bodies(...news));
    expect(planned(plan, "reuse")).toEqual(reused);
    expect(reused).toHaveLength(2 * (items.length - news.length));
    expect(result).toEqual({ each: items.map((item) => ({ a: { value: item }, b: { value: item } })) });
  });

  it("keeps what it reuses below its new path, and says where it was made", async () => {
    const on = rerunStage();
    await on.run(definition(on, ["x", "y"]));
    await on.rerun(definition(on, ["n", "x"]));
    const { nodes } = await readHistory(on.ports.journals, "r2");
    const moved = nodes.get("main.each.iter_1.a" as never);
    const before = (await readHistory(on.ports.journals, RUN)).nodes.get("main.each.iter_0.a" as never);
    expect(moved?.artifacts.map(({ path }) => path)).toEqual(before?.artifacts.map(({ path }) => path.replace("iter_0", "iter_1")));
    expect(moved?.artifacts.map(({ digest }) => digest)).toEqual(before?.artifacts.map(({ digest }) => digest));
    expect(moved?.origin).toMatchObject({ runId: RUN, seq: before?.seq, attempt: 1 });
    expect(sorted(moved?.artifacts.map(({ path }) => path.split("/").slice(0, -1).join("/")) ?? [])).toContain("main/each/iter_1/a");
  });

  it("finds what moved again where it was moved to", async () => {
    const on = rerunStage();
    await on.run(definition(on, ["x", "y"]));
    await on.rerun(definition(on, ["y", "n", "x"]));
    const { executed, result } = await on.rerun(definition(on, ["x", "y", "n"]), { of: "r2" });
    expect(executed).toEqual([]);
    expect(result).toMatchObject({ each: [{ b: { value: "x" } }, { b: { value: "y" } }, { b: { value: "n" } }] });
  });

  it("reuses nothing of another node that does the same", async () => {
    const on = rerunStage();
    await on.run(definition(on, ["x"]));
    const other = flow("main").forEach("other", { items: ["x"], body: flow("b").node("a", on.step({ value: "$var{item}" })) });
    const { executed } = await on.rerun(other, { allow: { removed: true } });
    expect(executed).toEqual(["main.other.iter_0.a"]);
  });
});

describe("a list of which each item sees the one before", () => {
  const chained = ({ step }: On, items: readonly string[]) =>
    flow("main").forEach("each", {
      items: [...items],
      body: flow("b").node("a", step({ value: "$expr{(previous == null ? '' : previous.a.value) + item}" })),
    });

  it("is executed from the first that sees another one on", async () => {
    const on = rerunStage();
    await on.run(chained(on, ["x", "y", "z"]));
    const { executed, result } = await on.rerun(chained(on, ["x", "n", "z"]));
    expect(executed).toEqual(["main.each.iter_1.a", "main.each.iter_2.a"]);
    expect(result).toMatchObject({ each: [{ a: { value: "x" } }, { a: { value: "xn" } }, { a: { value: "xnz" } }] });
  });
});

describe("lists in each other", () => {
  it("are executed for what is new in either", async () => {
    const on = rerunStage();
    const inner = (items: readonly string[]) =>
      flow("b").forEach("i", {
        items: [...items],
        item: "other",
        index: "at",
        previous: "last",
        body: flow("c").node("n", on.step({ value: "$var{item} $var{other}" })),
      });
    const definition = (outer: readonly string[], items: readonly string[]) => flow("main").forEach("o", { items: [...outer], body: inner(items) });
    await on.run(definition(["a", "b"], ["x", "y"]));
    expect((await on.rerun(definition(["b", "a"], ["y", "x"]))).executed).toEqual([]);
    const news = ["main.o.iter_0.i.iter_1.n", "main.o.iter_1.i.iter_0.n", "main.o.iter_1.i.iter_1.n"];
    expect((await on.rerun(definition(["b", "c"], ["y", "z"]))).executed).toEqual(news);
  });
});

describe("a list that an earlier node gives", () => {
  it("is looked at again when that gives another one", async () => {
    const on = rerunStage();
    const definition = (items: readonly string[]) =>
      flow("main")
        .node("list", on.step({ value: [...items] }))
        .map("each", { items: "$expr{$hier{list}.value}", concurrency: 2, body: flow("b").node("a", on.step({ value: "$var{item}" })) })
        .node("last", on.step({ value: "$expr{$hier{each}.map(one => one.a.value)}" }));
    await on.run(definition(["x", "y"]));
    const { plan, executed, result } = await on.rerun(definition(["y", "n", "x"]));
    expect(planned(plan, "decided at run time")).toEqual(["main.each.iter_0.a", "main.each.iter_1.a", "main.last"]);
    expect(executed).toEqual(["main.each.iter_1.a", "main.last", "main.list"]);
    expect(result).toMatchObject({ last: { value: ["y", "n", "x"] } });
  });
});

/** What it gives comes from outside: each time that it is executed something else. */
function sampling(on: On) {
  let made = 0;
  on.on("s", () => `sample ${made++}`);
  const loop = (kind: "forEach" | "map", items: readonly string[]) =>
    flow("main")[kind]("each", { items: [...items], body: flow("b").node("s", on.effect({ value: "$expr{item == 'x' ? 'x' : 'other'}" })) });
  const sampled = (result: Record<string, unknown> | undefined) => ((result?.["each"] ?? []) as { s: { value: string } }[]).map(({ s }) => s.value);
  return { loop, sampled };
}

describe.each(["forEach", "map"] as const)("items of a %s that are told the same", (kind) => {
  it.each([
    ["more of them", ["y", "y", "y", "y"], { executed: 2 }],
    ["fewer of them", ["y"], { executed: 0 }],
    ["as many at other places", ["x", "y", "y"], { executed: 1 }],
    ["one less and one more elsewhere", ["x", "y"], { executed: 1 }],
  ])("are each asked for once: %s", async (_what, items, { executed }) => {
    const on = rerunStage();
    const { loop, sampled } = sampling(on);
    await on.run(loop(kind, ["y", "y"]));
    const given = { allow: { effects: true } };
    const reran = await on.rerun(loop(kind, items), given);
    expect([reran.executed.length, planned(reran.plan, "execute")]).toEqual([executed, reran.executed]);
    expect(new Set(sampled(reran.result)).size).toBe(items.length);
    const again = await on.rerun(loop(kind, items), { of: reran.runId, ...given });
    expect([again.executed, again.result]).toEqual([[], reran.result]);
  });
});

describe("a loop that goes on longer than before", () => {
  it("does what it had not done, though it is told the same", async () => {
    const on = rerunStage();
    let polled = 0;
    on.on("poll", () => ++polled);
    const definition = (max: number) =>
      flow("main").while("w", { condition: "$expr{true}", max, atMax: "stop", body: flow("b").node("poll", on.effect({ value: 0 })) });
    await on.run(definition(2));
    const { executed, result } = await on.rerun(definition(4));
    expect(executed).toEqual(["main.w.iter_2.poll", "main.w.iter_3.poll"]);
    expect(result).toEqual({ w: [1, 2, 3, 4].map((value) => ({ poll: { value } })) });
  });

  it("does so also when the re-run is interrupted and goes on", async () => {
    const on = rerunStage();
    const { loop, sampled } = sampling(on);
    await on.run(loop("forEach", ["y", "x"]));
    let times = 0;
    on.on("main.each.iter_1.s", () => {
      if (times++ === 0) throw new Error("interrupted");
      return "another sample";
    });
    const first = await on.rerun(loop("forEach", ["y", "y", "x"]), { allow: { effects: true } });
    expect([first.executed, first.error?.code]).toEqual([["main.each.iter_1.s"], "NODE_FAILED"]);
    const again = await on.resumeRerun(loop("forEach", ["y", "y", "x"]), first.runId);
    expect(again.executed).toEqual(["main.each.iter_1.s"]);
    expect(sampled(again.result)).toEqual(["sample 0", "another sample", "sample 1"]);
  });
});
