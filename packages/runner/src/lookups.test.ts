import { flow, variable } from "@dad/agent";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { failing, meeting, stage } from "./testing-run.ts";

const { step } = stage();
const one = (id: string, value: unknown = id) => flow(id).node(id, step({ value: value as never }));

describe("the name of an element", () => {
  it("means that of its own branch, whatever ran before in the other one (D-54)", async () => {
    const on = stage();
    const branch = (value: string) =>
      flow("branch")
        .node("scan", on.step({ value }))
        .node("use", on.step({ value: "$expr{$hier{scan}.value}" }));
    const gate = Promise.withResolvers<undefined>();
    on.on("main.both.left.scan", () => gate.promise);
    on.on("main.both.right.use", () => {
      gate.resolve(undefined);
      return undefined;
    });
    expect(await on.run(flow("main").parallel("both", { left: branch("l"), right: branch("r") }))).toMatchObject({
      both: { left: { use: { value: "l" } }, right: { use: { value: "r" } } },
    });
    expect(on.executed).toEqual(["main.both.left.scan 1", "main.both.right.scan 1", "main.both.right.use 1", "main.both.left.use 1"]);
  });

  it("means that of its own iteration, whichever others go on or are over (D-54)", async () => {
    const on = stage();
    on.on("scan", meeting(3));
    const body = flow("body")
      .node("scan", on.step({ value: "$expr{item}" }))
      .node("use", on.step({ value: "$expr{$hier{scan}.value}" }));
    expect(await on.run(flow("main").map("each", { items: ["a", "b", "c"], body }))).toEqual({
      each: ["a", "b", "c"].map((value) => ({ scan: { value }, use: { value } })),
    });
  });

  it("is looked up from the inside out: its own component's, then that of the one around it (row 104)", async () => {
    const inner = flow("inner")
      .node("both", step({ value: "inner" }))
      .node("reads", step({ value: "$expr{$hier{both}.value} $expr{$hier{outer}.value} $expr{$hier{fix.deep}.value}" }));
    const definition = flow("main")
      .node("both", step({ value: "outer" }))
      .node("outer", step({ value: "around" }))
      .component("fix", one("deep"))
      .component("in", inner)
      .node("whole", step({ value: "$expr{$hier{main.in.both}.value} $expr{$hier{in.both}.value} $expr{$hier{both}.value}" }));
    expect(await stage().run(definition)).toMatchObject({ in: { reads: { value: "inner around deep" } }, whole: { value: "inner inner outer" } });
  });

  it.each([
    ["an element of another branch", "right.scan", "before this"],
    ["a step in the middle of a path", "deep.scan", "before this"],
    ["the end of a name", "can", "before this"],
  ])("means nothing where it is only %s (D-54)", async (_what, name, problem) => {
    const inside = flow("branch").component("deep", one("scan"));
    const left = flow("left").node("use", step({ value: `$expr{$hier{${name}}}` }));
    await expect(stage().run(flow("main").parallel("both", { right: inside, left }))).rejects.toThrow(problem);
  });

  it("is that of the nearest element, also where it lacks what one further out has (D-54)", async () => {
    const on = stage();
    const choice = (holds: boolean) => ({ condition: `$expr{${holds} == true}`, isTrue: one("yes"), isFalse: one("no") });
    const inner = flow("inner")
      .conditional("choice", choice(false))
      .node("use", on.step({ value: "$expr{$hier{choice.is_true.yes} ?? 'not run'}" }));
    expect(await on.run(flow("main").conditional("choice", choice(true)).component("in", inner))).toMatchObject({
      in: { use: { value: "not run" } },
    });
  });

  it("means nothing that is not over, and no iteration before, by whatever path (D-54)", async () => {
    const body = flow("body")
      .node("say", step({ value: "$expr{item}" }))
      .node("use", step({ value: "$expr{$hier{main.each.iter_0.say}.value}" }));
    const run = stage().run(flow("main").forEach("each", { items: ["a", "b"], body }));
    await expect(run).rejects.toThrow(
      'main.each.iter_*.use: value: there is no node "main.each.iter_0.say" before this; that of the same iteration is "say"',
    );
  });

  it("means the null of a node that failed and was allowed to, and not what is further out under that name (D-54)", async () => {
    const on = stage();
    on.on("main.in.work", failing(1));
    const inner = flow("inner")
      .node("work", on.step({}), { onFailure: "continue" })
      .node("use", on.step({ value: "$expr{$hier{work}}" }));
    const definition = flow("main")
      .node("work", on.step({ value: "outer" }))
      .component("in", inner);
    expect(await on.run(definition)).toMatchObject({ in: { work: null, use: { value: null } } });
  });

  it("means, in a handler and in a cleanup, nothing of a body that did not come so far", async () => {
    const on = stage();
    on.on("work", failing(1));
    const reads = (id: string) => flow(id).node(id, on.step({ value: "$expr{$hier{main.t.try.work} ?? 'not there'}" }));
    const definition = flow("main").try("t", { body: flow("body").node("work", on.step({})), catch: reads("mend"), finally: reads("clean") });
    await expect(on.run(definition)).rejects.toThrow("before this");
  });
});

describe("a variable", () => {
  it("is seen in all that is inside, however deep, until something inside has one of its name", async () => {
    const deep = flow("deep", { variables: { own: "d" } }).node("say", step({ value: "$var{own}$var{around}$var{far}" }));
    const middle = flow("middle", { variables: { around: "m" } }).component("deep", deep);
    const definition = flow("main", { variables: { far: "f", around: "x", own: "x" } }).component("middle", middle);
    expect(await stage().run(definition)).toEqual({ middle: { deep: { say: { value: "dmf" } } } });
  });

  it("of a branch is not that of the branch beside it, at whatever time it is read", async () => {
    const on = stage();
    on.on("say", meeting(4));
    const body = flow("body", { variables: { name: "" } }).node("say", on.step({ value: "$var{name}$var{index}" }));
    const branch = (name: string) => flow("branch").map("each", { items: [1, 2], body: body.with({ name }) });
    expect(await on.run(flow("main").parallel("both", { left: branch("l"), right: branch("r") }))).toEqual({
      both: {
        left: { each: [{ say: { value: "l0" } }, { say: { value: "l1" } }] },
        right: { each: [{ say: { value: "r0" } }, { say: { value: "r1" } }] },
      },
    });
  });

  it("that is bound sees what is around where its component is used, and not what is inside", async () => {
    const inner = flow("inner", { variables: { text: "" } })
      .node("scan", step({ value: "inner" }))
      .node("say", step({ value: "$var{text}" }));
    const definition = flow("main")
      .node("scan", step({ value: "outer" }))
      .component("in", inner.with({ text: "$expr{$hier{scan}.value}" }));
    expect(await stage().run(definition)).toMatchObject({ in: { say: { value: "outer" } } });
  });

  it("is what its schema makes of the value, wherever that comes from", async () => {
    const opts = variable(z.object({ depth: z.int().default(3) }), {});
    const count = variable(z.string().transform(Number), "1");
    const inner = flow("inner", { variables: { opts, count } }).node("say", (_nodes, variables) =>
      step({ value: [variables.opts.depth, variables.count] as never }),
    );
    const definition = flow("main")
      .component("default", inner)
      .component("bound", inner.with({ opts: {}, count: "2" }))
      .component("outside", inner);
    const inputs = { "main.outside": { opts: { depth: 4 }, count: "5" } };
    expect(await stage().run(definition, { inputs })).toEqual({
      default: { say: { value: [3, 1] } },
      bound: { say: { value: [3, 2] } },
      outside: { say: { value: [4, 5] } },
    });
  });
});
