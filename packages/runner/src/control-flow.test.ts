import { agent, defineNode, flow, variable } from "@dad/agent";
import { Json } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { failing, meeting, stage, untilAborted } from "./testing-run.ts";

const { step } = stage();
const one = (id: string, value: unknown = id) => flow(id).node(id, step({ value: value as never }));

describe("a conditional", () => {
  it.each([
    [true, { is_true: { yes: { value: "yes" } } }, ["main.choice.is_true.yes 1"]],
    [false, { is_false: { no: { value: "no" } } }, ["main.choice.is_false.no 1"]],
  ])("runs the branch of a condition that is %s, and no other (row 89)", async (condition, output, executed) => {
    const on = stage();
    const body = (id: string) => flow(id).node(id, on.step({ value: id }));
    const definition = flow("main").conditional("choice", { condition, isTrue: body("yes"), isFalse: body("no") });
    expect(await on.run(definition)).toEqual({ choice: output });
    expect(on.executed).toEqual(executed);
  });

  it("decides by what earlier nodes gave, and later nodes read the branch that ran", async () => {
    const on = stage();
    const definition = flow("main")
      .node("scan", on.step({ value: ["a"] }))
      .conditional("choice", { condition: "$expr{$hier{scan}.value.length > 0}", isTrue: flow("y").node("yes", on.step({ value: 1 })) })
      .node("use", on.step({ value: "$expr{$hier{choice.is_true.yes}.value + 1}" }))
      .node("otherwise", on.step({ value: "$expr{$hier{choice}.is_false ?? 'not run'}" }));
    expect(await on.run(definition)).toMatchObject({ use: { value: 2 }, otherwise: { value: "not run" } });
  });

  it("gives nothing when there is no branch for it", async () => {
    expect(await stage().run(flow("main").conditional("choice", { condition: false, isTrue: one("yes") }))).toEqual({ choice: {} });
  });

  it.each(["$expr{3}", "$expr{'yes'}", "yes"])("fails on a condition that is no boolean: %s (D-47)", async (condition) => {
    const on = stage();
    const definition = flow("main")
      .node("a", on.step({ value: condition }))
      .conditional("choice", { condition: "$expr{$hier{a}.value}", isTrue: one("yes") });
    await expect(on.run(definition)).rejects.toMatchObject({ code: "BLOCK_FAILED", cause: { code: "BLOCK_VALUE_INVALID" } });
    expect(await on.details()).toMatchObject({ status: "failed", error: { code: "BLOCK_FAILED" } });
  });
});

describe("a switch", () => {
  const cases = { bug: one("fix"), feature: one("build") };

  it.each([
    ["bug", { bug: { fix: { value: "fix" } } }],
    ["other", { otherwise: { ask: { value: "ask" } } }],
  ])("runs the case of its value: %s", async (value, output) => {
    const definition = flow("main", { variables: { value } }).switch("route", { on: (_nodes, { value: on }) => on, cases, otherwise: one("ask") });
    expect(await stage().run(definition)).toEqual({ route: output });
  });

  it("fails on a value that no case is for, and says which there are", async () => {
    const definition = flow("main", { variables: { value: "bgu" } }).switch("route", { on: (_nodes, { value }) => value, cases });
    await expect(stage().run(definition)).rejects.toMatchObject({
      code: "BLOCK_FAILED",
      message: expect.stringContaining('did you mean "bug"?') as string,
      cause: { code: "SWITCH_UNMATCHED" },
    });
  });
});

describe("a for-each", () => {
  it("runs its body for each item, in order, with the item, its index and what came before (row 90)", async () => {
    const on = stage();
    const definition = flow("main")
      .node("scan", on.step({ value: ["a", "b", "c"] }))
      .forEach("each", {
        items: "$expr{$hier{scan}.value}",
        body: flow("body").node("say", on.step({ value: "$var{index}$var{item}$expr{previous == null ? '' : previous.say.value}" })),
      })
      .node("last", on.step({ value: "$expr{$hier{each.iter_2.say}.value}" }))
      .node("first", (nodes) => on.step({ value: nodes.each[0]?.say.value as never }));
    expect(await on.run(definition)).toMatchObject({
      each: [{ say: { value: "0a" } }, { say: { value: "1b0a" } }, { say: { value: "2c1b0a" } }],
      last: { value: "2c1b0a" },
      first: { value: "0a" },
    });
    expect(on.executed.slice(1, 4)).toEqual(["main.each.iter_0.say 1", "main.each.iter_1.say 1", "main.each.iter_2.say 1"]);
  });

  it("leaves out what is before its start, and what is beyond its maximum; paths name the position in the list (row 90)", async () => {
    const on = stage();
    const body = flow("body").node("say", on.step({ value: "$expr{item}" }));
    const definition = flow("main")
      .forEach("each", { items: [10, 11, 12, 13], start: 1, max: 2, body })
      .node("second", on.step({ value: "$expr{$hier{each.iter_2.say}.value}" }));
    expect(await on.run(definition)).toEqual({ each: [{ say: { value: 11 } }, { say: { value: 12 } }], second: { value: 12 } });
    expect(on.executed).toEqual(["main.each.iter_1.say 1", "main.each.iter_2.say 1", "main.second 1"]);
  });

  it("in a for-each sees its own item where both have the same name, and the other one by its own name (D-49)", async () => {
    const on = stage();
    const inner = flow("inner").forEach("in", { items: [1, 2], body: flow("body").node("say", on.step({ value: "$var{item}$var{letter}" })) });
    const same = flow("same").forEach("in", { items: [1, 2], body: flow("body").node("say", on.step({ value: "$expr{item}" })) });
    const definition = flow("main")
      .forEach("named", { items: ["a"], item: "letter", body: inner })
      .forEach("same", { items: ["a"], body: same });
    expect(await on.run(definition)).toMatchObject({
      named: [{ in: [{ say: { value: "1a" } }, { say: { value: "2a" } }] }],
      same: [{ in: [{ say: { value: 1 } }, { say: { value: 2 } }] }],
    });
  });

  it("gives its body the variables that are given for it (D-50, row 91)", async () => {
    const on = stage();
    const body = flow("body", { variables: { text: variable(z.string()), tone: "plain" } }).node("say", on.step({ value: "$var{text} $var{tone}" }));
    const definition = flow("main").forEach("each", { items: ["a", "b"], body: body.with({ text: "$var{item}!" }) });
    expect(await on.run(definition)).toEqual({ each: [{ say: { value: "a! plain" } }, { say: { value: "b! plain" } }] });
  });

  it("fails on what is no list, instead of walking over its letters (D-47)", async () => {
    const on = stage();
    const definition = flow("main")
      .node("scan", on.step({ value: "Error: no files" }))
      .forEach("each", { items: "$expr{$hier{scan}.value}", body: one("say") });
    await expect(on.run(definition)).rejects.toMatchObject({
      cause: { code: "BLOCK_VALUE_INVALID", message: expect.stringContaining("a list") as string },
    });
    expect(on.executed).toEqual(["main.scan 1"]);
  });

  it("does nothing for an empty list", async () => {
    expect(await stage().run(flow("main").forEach("each", { items: [], body: one("say") }))).toEqual({ each: [] });
  });
});

describe("a while", () => {
  it("goes on as long as its condition is true, which sees what came before", async () => {
    const on = stage();
    const definition = flow("main").while("loop", {
      condition: "$expr{previous == null || previous.test.value < 2}",
      max: 10,
      body: flow("body").node("test", on.step({ value: "$expr{index}" })),
    });
    expect(await on.run(definition)).toEqual({ loop: [{ test: { value: 0 } }, { test: { value: 1 } }, { test: { value: 2 } }] });
  });

  it("fails at its bound, or stops there when it is told so", async () => {
    const loop = { condition: true, max: 2, body: one("say") };
    await expect(stage().run(flow("main").while("loop", loop))).rejects.toMatchObject({ cause: { code: "LOOP_LIMIT_REACHED" } });
    const stopped = await stage().run(flow("main").while("loop", { ...loop, atMax: "stop" }));
    expect(stopped["loop"]).toHaveLength(2);
  });
});

describe("parallel branches", () => {
  it("run at the same time, and give what they gave by name (row 92)", async () => {
    const on = stage();
    on.on("say", meeting(2));
    const body = (value: string) => flow("body").node("say", on.step({ value }));
    expect(await on.run(flow("main").parallel("both", { left: body("l"), right: body("r") }))).toEqual({
      both: { left: { say: { value: "l" } }, right: { say: { value: "r" } } },
    });
    expect(on.executed).toEqual(["main.both.left.say 1", "main.both.right.say 1"]);
  });

  it("are ended by the first that fails, and all have ended before what is around them fails", async () => {
    const on = stage();
    on.on("slow", untilAborted);
    on.on("bad", failing(1));
    const definition = agent("main").parallel("both", {
      slow: flow("s").node("slow", on.step({})).node("never", on.step({})),
      bad: flow("b").node("bad", on.step({})),
    });
    await expect(on.run(definition)).rejects.toMatchObject({ code: "NODE_FAILED", cause: { code: "BROKEN" } });
    const { status, nodes } = await on.details();
    expect([status, ...nodes.map((node) => `${node.path} ${node.status}`)]).toEqual([
      "failed",
      "main.both.slow.slow cancelled",
      "main.both.bad.bad failed",
    ]);
    const { components = [] } = await on.details();
    expect(components.map((component) => `${component.kind} ${component.path} ${component.status} ${component.error?.code ?? ""}`.trim())).toEqual([
      "agent main failed NODE_FAILED",
      "parallel main.both failed NODE_FAILED",
      "flow main.both.slow cancelled",
      "flow main.both.bad failed NODE_FAILED",
    ]);
  });
});

describe("a map", () => {
  it("gives what its iterations gave in the order of the items, whichever ended first", async () => {
    const on = stage();
    const gates = [0, 1, 2].map(() => Promise.withResolvers<undefined>());
    [2, 0, 1].forEach((at, turn) => on.on(`main.each.iter_${at}.say`, () => (turn === 0 ? undefined : gates[turn - 1]?.promise)));
    on.on("after", () => undefined);
    const done = on.run(flow("main").map("each", { items: ["a", "b", "c"], body: flow("body").node("say", on.step({ value: "$var{item}" })) }));
    for (const gate of gates) gate.resolve(undefined);
    expect(await done).toEqual({ each: [{ say: { value: "a" } }, { say: { value: "b" } }, { say: { value: "c" } }] });
  });

  it("runs no more iterations at a time than it is allowed to", async () => {
    const on = stage();
    let running = 0;
    let most = 0;
    on.on("say", async () => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running -= 1;
      return undefined;
    });
    const items = Array.from({ length: 20 }, (_, at) => at);
    await on.run(flow("main").map("each", { items, concurrency: 3, body: flow("body").node("say", on.step({})) }));
    expect(most).toBe(3);
  });

  it("begins no further iterations after one that failed", async () => {
    const on = stage();
    on.on("main.each.iter_1.say", failing(1));
    const items = Array.from({ length: 20 }, (_, at) => at);
    await expect(on.run(flow("main").map("each", { items, concurrency: 1, body: flow("body").node("say", on.step({})) }))).rejects.toThrow("iter_1");
    expect(on.executed).toHaveLength(2);
  });

  it("gives the same as the same loop that runs one after the other", async () => {
    const items = [3, 1, 2];
    const body = (on: ReturnType<typeof stage>) => flow("body").node("say", on.step({ value: "$expr{item * 10 + index}" }));
    const [left, right] = [stage(), stage()];
    expect(await left.run(flow("main").map("each", { items, body: body(left) }))).toEqual(
      await right.run(flow("main").forEach("each", { items, body: body(right) })),
    );
  });
});

describe("a try", () => {
  const wrapped = (on: ReturnType<typeof stage>) => ({
    body: flow("body").node("work", on.step({ value: "w" })),
    catch: flow("handler").node("mend", on.step({ value: "$expr{error.code} $expr{error.path}" })),
    finally: flow("cleanup").node("clean", on.step({ value: "c" })),
  });

  it("gives what its body gave, and cleans up", async () => {
    const on = stage();
    expect(await on.run(flow("main").try("t", wrapped(on)))).toEqual({ t: { try: { work: { value: "w" } }, finally: { clean: { value: "c" } } } });
  });

  it("runs its handler with the error of the node that failed, and the run completes", async () => {
    const on = stage();
    on.on("work", failing(1));
    expect(await on.run(flow("main").try("t", wrapped(on)))).toEqual({
      t: { catch: { mend: { value: "BROKEN main.t.try.work" } }, finally: { clean: { value: "c" } } },
    });
    expect(await on.details()).toMatchObject({ status: "completed" });
    expect((await on.events()).find(({ type }) => type === "failure.handled")).toMatchObject({ path: "main.t", by: "catch" });
  });

  it("catches only errors of the codes that it names, and cleans up all the same", async () => {
    const on = stage();
    on.on("work", failing(1));
    await expect(on.run(flow("main").try("t", { ...wrapped(on), codes: ["OTHER"] }))).rejects.toMatchObject({ cause: { code: "BROKEN" } });
    expect(on.executed).toEqual(["main.t.try.work 1", "main.t.finally.clean 1"]);
  });

  it("fails with why its body failed, also when its cleanup fails too", async () => {
    const on = stage();
    on.on("work", failing(1));
    on.on("clean", failing(1, { code: "OTHER" }));
    const { catch: _none, ...spec } = wrapped(on);
    await expect(on.run(flow("main").try("t", spec))).rejects.toMatchObject({ cause: { code: "BROKEN" } });
  });

  it("cleans up where a branch beside it failed", async () => {
    const on = stage();
    on.on("work", untilAborted);
    on.on("bad", failing(1));
    const { catch: _none, ...spec } = wrapped(on);
    const definition = flow("main").parallel("both", { guarded: flow("g").try("t", spec), bad: flow("b").node("bad", on.step({})) });
    await expect(on.run(definition)).rejects.toMatchObject({ cause: { code: "BROKEN" } });
    expect(on.executed.at(-1)).toBe("main.both.guarded.t.finally.clean 1");
  });

  it("is no handler of a run that is cancelled", async () => {
    const on = stage();
    const cancel = new AbortController();
    on.on("work", (context) => {
      cancel.abort(new Error("enough"));
      return untilAborted(context);
    });
    await expect(on.run(flow("main").try("t", wrapped(on)), { signal: cancel.signal })).rejects.toThrow("enough");
    expect(on.executed).toEqual(["main.t.try.work 1"]);
    expect(await on.details()).toMatchObject({ status: "cancelled" });
  });
});

describe("a walk", () => {
  it("is not limited by the stack, however much of it ends at once", async () => {
    const items = Array.from({ length: 5_000 }, (_, at) => at);
    const empty = flow("empty");
    const forks = flow("body").parallel("p", { a: empty });
    const result = await stage().run(flow("main").map("wide", { items, body: empty }).forEach("long", { items, body: forks }));
    expect([result["wide"], result["long"]].map((list) => (list as unknown[]).length)).toEqual([5_000, 5_000]);
  });

  it("lets others have their turn, and ends when the run is cancelled, also when it waits for nothing", async () => {
    const on = stage();
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(new Error("enough")), 5);
    const definition = flow("main").while("loop", { condition: true, max: 1_000_000_000, body: flow("empty") });
    await expect(on.run(definition, { signal: cancel.signal })).rejects.toThrow("enough");
    expect(await on.details()).toMatchObject({ status: "cancelled" });
  });

  it("hands on what nobody can change", async () => {
    const on = stage();
    const spoil = defineNode({
      type: "spoil",
      version: "1",
      effect: "pure",
      settings: z.object({ list: Json }),
      output: z.object({ spoilt: z.boolean(), none: z.string().optional() }),
      execute(_context, { settings }) {
        const list = settings.list as number[];
        expect(() => list.push(7)).toThrow(TypeError);
        return { spoilt: list.includes(7), none: undefined };
      },
    });
    const definition = flow("main")
      .node("a", on.step({ value: [1] }))
      .node("b", (nodes) => spoil({ list: nodes.a.value }));
    expect(await on.run(definition)).toEqual({ a: { value: [1] }, b: { spoilt: false } });
  });
});
