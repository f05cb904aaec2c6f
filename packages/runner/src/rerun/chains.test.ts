import { defineNode, flow, type FlowDefinition } from "@dad/agent";
import { memoryJournalStore } from "@dad/journal/memory";
import { type Json, type RecordedEvent, RunId } from "@dad/protocol";
import { readHistory } from "@dad/run-context";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { rerunStage, sorted } from "../testing-rerun.ts";
import { RUN, untilAborted } from "../testing-run.ts";

type On = ReturnType<typeof rerunStage>;

/** Six nodes, each of which reads the one before. */
function six({ step }: On): FlowDefinition {
  const ids = ["a", "b", "c", "d", "e", "f"] as const;
  return ids.reduce<ReturnType<typeof flow>>(
    (made, id, at) => made.node(id, step({ value: at === 0 ? "v" : `$expr{$hier{${ids[at - 1] ?? ""}}.value}` })) as never,
    flow("main", { variables: { v: 1 } }) as never,
  );
}

async function originsOf({ ports }: On, runId: string): Promise<Record<string, string | undefined>> {
  const { nodes } = await readHistory(ports.journals, runId);
  return Object.fromEntries([...nodes.values()].map(({ path, origin }) => [path.slice(path.lastIndexOf(".") + 1), origin?.runId]));
}

describe("a re-run of a re-run", () => {
  it("reuses what was executed in any of those before it, and says where", async () => {
    const on = rerunStage();
    const definition = six(on);
    await on.run(definition);
    const starts = ["f", "e", "d", "c", "b"];
    for (const [at, from] of starts.entries()) {
      const { executed } = await on.rerun(definition, { of: at === 0 ? "r" : `r${at + 1}`, from: `main.${from}` });
      expect(executed).toHaveLength(at + 1);
    }
    const { executed, reused, result } = await on.rerun(definition, { of: "r6" });
    expect([executed, reused.length]).toEqual([[], 6]);
    expect(result).toMatchObject({ f: { value: "v" } });
    expect(await originsOf(on, "r7")).toEqual({ a: "r", b: "r6", c: "r6", d: "r6", e: "r6", f: "r6" });
    expect(await originsOf(on, "r3")).toEqual({ a: "r", b: "r", c: "r", d: "r", e: undefined, f: undefined });
  });

  it("keeps what it reuses readable, one after the other, though each reuses from the one before", async () => {
    const on = rerunStage();
    const definition = six(on);
    await on.run(definition);
    const values = await on.values();
    for (const of of ["r", "r2", "r3", "r4", "r5"]) {
      const { runId } = await on.rerun(definition, { of });
      expect(await on.values(runId)).toEqual(values);
    }
    expect((await readHistory(on.ports.journals, "r6")).rerun).toMatchObject({ of: "r5", lineage: ["r5", "r4", "r3", "r2", "r"] });
  });

  it("takes two from one apart (a diamond)", async () => {
    const on = rerunStage();
    const definition = six(on);
    await on.run(definition);
    await on.rerun(definition, { as: "left", from: "main.e" });
    await on.rerun(definition, { as: "right", set: { "main.f": { value: "other" } } });
    const { result } = await on.rerun(definition, { of: "right", as: "below" });
    expect(result).toMatchObject({ e: { value: "v" }, f: { value: "other" } });
    expect(await originsOf(on, "below")).toEqual({ a: "r", b: "r", c: "r", d: "r", e: "r", f: "right" });
  });

  it("can be made twice at the same time of one run", async () => {
    const on = rerunStage();
    const definition = six(on);
    await on.run(definition);
    const [one, two, three] = await Promise.all([
      on.rerun(definition, { as: "one", from: "main.c" }),
      on.rerun(definition, { as: "two", from: "main.e" }),
      on.rerun(definition, { as: "three" }),
    ]);
    expect([one.executed.length, two.executed.length, three.executed.length]).toEqual([4, 2, 0]);
    expect(one.result).toEqual(three.result);
    expect(two.result).toEqual(three.result);
  });

  it("leaves the earlier run as it was", async () => {
    const on = rerunStage();
    await on.run(six(on));
    const before = await on.events();
    await on.rerun(six(on), { from: "main.c" });
    expect(await on.events()).toEqual(before);
  });
});

/** Nodes beside each other, of which some wait where a test says. */
function wide({ step }: On): FlowDefinition {
  return flow("main")
    .node("a", step({ value: "a" }))
    .map("m", { items: ["x", "y", "z"], concurrency: 2, body: flow("body").node("n", step({ value: "$var{item}" })) })
    .node("b", step({ value: "$expr{$hier{m}}" }))
    .node("c", step({ value: "$expr{$hier{b}.value}" }))
    .node("d", step({ value: "$expr{$hier{c}.value}" }));
}

describe("a re-run that was stopped", () => {
  it("and goes on reuses what was to be reused, and executes nothing twice", async () => {
    const on = rerunStage();
    const before = await on.run(wide(on));
    const stop = new AbortController();
    on.on("c", (context) => {
      stop.abort(new Error("stopped"));
      return untilAborted(context);
    });
    const stopped = await on.rerun(wide(on), { from: "main.b", signal: stop.signal });
    expect([stopped.executed, await on.details("r2")]).toMatchObject([["main.b", "main.c"], { status: "cancelled" }]);
    on.on("c", () => undefined);
    const { executed, reused, result } = await on.resumeRerun(wide(on), "r2");
    expect(executed).toEqual(["main.c", "main.d"]);
    expect(reused).toEqual(["main.a", "main.m.iter_0.n", "main.m.iter_1.n", "main.m.iter_2.n"]);
    expect(result).toEqual(before);
  });

  it("goes on as it was asked for: what was set, pinned and asked for", async () => {
    const on = rerunStage();
    await on.run(wide(on));
    const stop = new AbortController();
    on.on("d", (context) => {
      stop.abort(new Error("stopped"));
      return untilAborted(context);
    });
    await on.rerun(wide(on), {
      set: { "main.a": { value: "set" } },
      reask: ["main.a", "main.m.iter_1"],
      pin: ["main.c"],
      from: "main.b",
      signal: stop.signal,
    });
    on.on("d", () => undefined);
    const { executed, result } = await on.resumeRerun(wide(on), "r2");
    expect(executed).toEqual(["main.d"]);
    expect(result).toMatchObject({ a: { value: "set" } });
  });

  it("at any entry of its record goes on to the same end, and executes nothing of it twice", async () => {
    const on = rerunStage();
    const before = await on.run(wide(on));
    const definition = wide(on);
    await on.rerun(definition, { from: "main.m.iter_1" });
    const [base, record] = [await on.events(), await on.events("r2")];
    for (let entries = 1; entries < record.length; entries += 1) {
      const again = rerunStage({ ports: { ...on.ports, journals: await journalsOf(base, record.slice(0, entries)) } });
      const { executed, reused, result } = await again.resumeRerun(wide(again), "r2");
      expect(result).toEqual(before);
      const done = record.slice(0, entries).flatMap((event) => (event.type === "node.completed" ? [String(event.path)] : []));
      expect(executed).toEqual(["main.b", "main.c", "main.d", "main.m.iter_1.n"].filter((path) => !done.includes(path)));
      expect(reused).toEqual(["main.a", "main.m.iter_0.n", "main.m.iter_2.n"]);
    }
  });

  it("can be made again from where it was stopped", async () => {
    const on = rerunStage();
    await on.run(six(on));
    const stop = new AbortController();
    on.on("e", (context) => {
      stop.abort(new Error("stopped"));
      return untilAborted(context);
    });
    await on.rerun(six(on), { from: "main.c", signal: stop.signal });
    on.on("e", () => undefined);
    expect((await on.rerun(six(on), { of: "r2" })).executed).toEqual(["main.e", "main.f"]);
  });
});

/** Journals in which a run is on record, and a re-run of it up to some entry. */
async function journalsOf(base: readonly RecordedEvent[], rerun: readonly RecordedEvent[]) {
  const journals = memoryJournalStore();
  for (const [runId, record] of [
    [RUN, base],
    [RunId.parse("r2"), rerun],
  ] as const) {
    await using journal = await journals.create(runId);
    if (runId !== RUN) await journals.retain(runId, RUN);
    for (const { runId: _run, seq: _seq, time: _time, epoch: _epoch, hash: _hash, prev: _prev, ...draft } of record)
      await journal.append(draft, { wait: "ordered" });
  }
  return journals;
}

describe("what is pinned", () => {
  const changed = ({ step }: On, value: number) =>
    flow("main")
      .node("a", step({ value }))
      .node("b", step({ value: "$expr{$hier{a}.value}" }))
      .node("c", step({ value: 3 }));

  it("is given as it was, though it is changed or comes after the start", async () => {
    const on = rerunStage();
    await on.run(changed(on, 1));
    expect((await on.rerun(changed(on, 2), { pin: ["main.a"] })).executed).toEqual([]);
    const { executed, result } = await on.rerun(changed(on, 1), { from: "main.a", pin: ["main.b"] });
    expect([executed, result]).toMatchObject([["main.a", "main.c"], { b: { value: 1 } }]);
  });

  it("is foreseen to be given where it is not known yet what it would be told, with what follows from it", async () => {
    const on = rerunStage();
    const { step } = on;
    const definition = flow("main")
      .node("a", step({ value: 1 }))
      .node("b", step({ value: "$expr{$hier{a}.value}" }), { effect: "effectful" })
      .node("c", step({ value: "$expr{$hier{b}.value}" }))
      .forEach("loop", { items: "$expr{[$hier{a}.value]}", body: flow("body").node("n", step({ value: 1 }), { effect: "effectful" }) });
    await on.run(definition);
    const pin = ["main.b", "main.loop"];
    const { plan, executed } = await on.rerun(definition, { reask: ["main.a"], pin });
    expect(plan.nodes.map(({ path, decision }) => [path, decision])).toEqual([
      ["main.a", "execute"],
      ["main.b", "reuse"],
      ["main.c", "reuse"],
      ["main.loop.iter_0.n", "decided at run time"],
    ]);
    expect(executed).toEqual(["main.a"]);
    expect((await on.rerun(definition, { from: "main.a", pin })).executed).toEqual(["main.a", "main.c"]);
  });

  it("may be all that is in something, or every iteration", async () => {
    const on = rerunStage();
    const definition = (items: readonly number[]) =>
      flow("main").forEach("loop", { items: [...items], body: flow("b").node("n", on.step({ value: "$var{item}" })) });
    await on.run(definition([1, 2]));
    for (const pin of ["main", "main.loop", "main.loop.iter_*", "main.loop.iter_*.n"])
      expect((await on.rerun(definition([3, 4]), { pin: [pin] })).executed).toEqual([]);
    expect((await on.rerun(definition([3, 4]), { pin: ["main.loop.iter_1"] })).executed).toEqual(["main.loop.iter_0.n"]);
  });

  it("is refused for what did not complete, and for what was not executed", async () => {
    const on = rerunStage();
    on.on("b", () => {
      throw new Error("broken");
    });
    await on.run(changed(on, 1)).catch(() => undefined);
    for (const path of ["main.b", "main.c"]) {
      const { problems } = await on.plan(changed(on, 1), { pin: [path] });
      expect(problems).toMatchObject([{ kind: "unfinished", path }]);
    }
  });
});

type SetOfNodes = Record<string, Record<string, Json>>;

const BODY = (iteration: number | "*") => `main.loop.iter_${iteration}.n`;

describe("what is set", () => {
  const nested = ({ step }: On) =>
    flow("main", { variables: { v: 1 } })
      .node("a", step({ value: { deep: { list: ["x", "y"] }, other: "$var{v}" } }))
      .node("b", step({ value: "$expr{$hier{a}.value.deep.list[1]}" }))
      .forEach("loop", { items: ["x", "y"], body: flow("body").node("n", step({ value: "$var{item}" })) });

  it.each<[string, SetOfNodes, { readonly executed: readonly string[]; readonly result: object }]>([
    ["a setting", { "main.b": { value: "set" } }, { executed: ["main.b"], result: { b: { value: "set" } } }],
    [
      "a member of one",
      { "main.a": { "value.other": "set" } },
      { executed: ["main.a"], result: { a: { value: { deep: { list: ["x", "y"] }, other: "set" } } } },
    ],
    ["an item of a list", { "main.a": { "value.deep.list.1": "set" } }, { executed: ["main.a", "main.b"], result: { b: { value: "set" } } }],
    ["a variable", { main: { v: 5 } }, { executed: ["main.a"], result: { a: { value: { other: "5" } } } }],
    ["one iteration", { [BODY(1)]: { value: "set" } }, { executed: [BODY(1)], result: { loop: [{ n: { value: "x" } }, { n: { value: "set" } }] } }],
    [
      "every iteration",
      { [BODY("*")]: { value: "set" } },
      { executed: [BODY(0), BODY(1)], result: { loop: [{ n: { value: "set" } }, { n: { value: "set" } }] } },
    ],
    [
      "every iteration, and one of them otherwise",
      { [BODY(0)]: { value: "one" }, [BODY("*")]: { value: "all" } },
      { executed: [BODY(0), BODY(1)], result: { loop: [{ n: { value: "one" } }, { n: { value: "all" } }] } },
    ],
    [
      "a text that looks like a template",
      { "main.b": { value: "$expr{1 + 1}" } },
      { executed: ["main.b"], result: { b: { value: "$expr{1 + 1}" } } },
    ],
    ["what it is already", { "main.b": { value: "y" } }, { executed: [], result: { b: { value: "y" } } }],
  ])("is what the node is told, in the re-run and in those made from it: %s", async (_what, set, { executed, result }) => {
    const on = rerunStage();
    await on.run(nested(on));
    const reran = await on.rerun(nested(on), { set });
    expect(reran.executed).toEqual(executed);
    expect(reran.result).toMatchObject(result);
    const again = await on.rerun(nested(on), { of: "r2" });
    expect([again.executed, again.result]).toEqual([[], reran.result]);
    expect((await on.rerun(nested(on), { of: "r2", from: "main.a" })).result).toEqual(reran.result);
  });

  const asking = (() => {
    const model = z.object({ temperature: z.number().optional(), more: z.record(z.string(), z.json()).optional() });
    const loose = z.looseObject({ seed: z.int().exactOptional() });
    const settings = z.object({ model: model.optional(), loose: loose.optional() });
    const ask = defineNode({ type: "ask", version: "1", effect: "pure", settings, output: z.null(), execute: () => null });
    return flow("main").node("ask", ask({}));
  })();

  it.each<[string, Record<string, Json>, string]>([
    ["a member of one that there is not", { "model.temprature": 1 }, 'has no setting "temprature"; did you mean "temperature"?'],
    ["a value of another kind", { "model.temperature": "hot" }, "it does not fit: Invalid input: expected number, received string"],
    ["one with such a value in it", { model: { temperature: "hot" } }, "it does not fit: temperature: Invalid input: expected number"],
    ["one of what may have more members", { "loose.seed": "hot" }, "it does not fit: Invalid input: expected number"],
  ])("is refused before anything is executed where it does not fit the settings: %s", async (_what, members, problem) => {
    const on = rerunStage();
    await on.run(asking);
    const message: unknown = expect.stringContaining(problem);
    await expect(on.plan(asking, { set: { "main.ask": members } })).rejects.toMatchObject({ code: "RERUN_SET_INVALID", message });
  });

  it("may be what the settings do not say more of", async () => {
    const on = rerunStage();
    await on.run(asking);
    const set = { "main.ask": { "model.temperature": 1, "model.more.of.it": "hot", "loose.other": true } };
    expect((await on.plan(asking, { set })).nodes.map(({ decision }) => decision)).toEqual(["execute"]);
  });

  it.each<[string, SetOfNodes, string]>([
    ["a setting that there is not", { "main.b": { valeu: 1 } }, "RERUN_SET_INVALID"],
    ["a variable that there is not", { main: { w: 1 } }, "RERUN_SET_INVALID"],
    ["something of a block", { "main.loop": { items: [] } }, "RERUN_SET_INVALID"],
    ["something of nothing", { "main.nope": { value: 1 } }, "RERUN_PATH_INVALID"],
    ["something by an id", { b: { value: 1 } }, "RERUN_PATH_INVALID"],
  ])("is refused, and nothing is done: %s", async (_what, set, code) => {
    const on = rerunStage();
    await on.run(nested(on));
    const before = await on.runs();
    await expect(on.rerun(nested(on), { set })).rejects.toMatchObject({ code });
    expect(await on.runs()).toEqual(before);
  });
});

describe("a re-run that reuses nothing", () => {
  it("executes all, with the inputs of the earlier run", async () => {
    const on = rerunStage();
    await on.run(six(on), { inputs: { main: { v: 2 } } });
    const { executed, plan } = await on.rerun(six(on), { reuse: false });
    expect(executed).toEqual(sorted(["a", "b", "c", "d", "e", "f"].map((id) => `main.${id}`)));
    expect(plan.nodes.every(({ because: [first] }) => first?.component === "reuse")).toBe(true);
  });
});

describe("what is set in re-runs of re-runs", () => {
  const two = ({ step }: ReturnType<typeof rerunStage>) =>
    flow("main")
      .node("a", step({ value: { t: 1, u: 1 } }))
      .forEach("loop", { items: [1, 2], body: flow("b").node("n", step({ value: "x" })) });

  it("comes over what was set before: the last of a whole and its parts, in that run and in those after it", async () => {
    const on = rerunStage();
    await on.run(two(on));
    await on.rerun(two(on), { set: { "main.a": { "value.t": 2 } } });
    const whole = await on.rerun(two(on), { of: "r2", set: { "main.a": { value: { t: 3, u: 3 } } } });
    expect(whole.result).toMatchObject({ a: { value: { t: 3, u: 3 } } });
    const again = await on.rerun(two(on), { of: "r3" });
    expect([again.executed, again.result]).toEqual([[], whole.result]);
    expect((await on.rerun(two(on), { of: "r3", set: { "main.a": { "value.t": 4 } } })).result).toMatchObject({ a: { value: { t: 4, u: 3 } } });
  });

  it("means the same whatever order it is given in", async () => {
    const on = rerunStage();
    await on.run(two(on));
    const first = await on.rerun(two(on), { set: { "main.a": { "value.t": 9, value: { t: 5, u: 5 } } } });
    expect(first.result).toMatchObject({ a: { value: { t: 9, u: 5 } } });
    expect((await on.rerun(two(on), { of: "r2" })).executed).toEqual([]);
  });

  it("comes for every iteration over what was set, or given, for one before", async () => {
    const on = rerunStage();
    const all = { loop: [{ n: { value: "all" } }, { n: { value: "all" } }] };
    await on.run(two(on), { inputs: { "main.loop.iter_1.n": { value: "given" } } });
    await on.rerun(two(on), { set: { "main.loop.iter_0.n": { value: "one" } } });
    expect((await on.rerun(two(on), { of: "r2", inputs: { "main.loop.iter_*.n": { value: "all" } } })).result).toMatchObject(all);
    const none = { loop: [{ n: { value: "every" } }, { n: { value: "given" } }] };
    expect((await on.rerun(two(on), { of: "r2", set: { "main.loop.iter_*.n": { value: "every" } } })).result).toMatchObject(none);
  });

  it.each([["value.2"], ["value."], ["value.first"], ["value.-1"]])("is no item that a list has not: %s", async (member) => {
    const on = rerunStage();
    const definition = flow("main").node("a", on.step({ value: ["x"] }));
    await on.run(definition);
    await expect(on.rerun(definition, { set: { "main.a": { [member]: "y" } } })).rejects.toMatchObject({ code: "RERUN_SET_INVALID" });
  });
});
