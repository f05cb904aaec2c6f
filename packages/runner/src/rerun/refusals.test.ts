import { defineNode, flow, type FlowDefinition, variable } from "@dad/agent";
import type { Json, PlanProblem } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { cutAfter } from "../testing-crash.ts";
import { planned, type StagedRerun, rerunStage } from "../testing-rerun.ts";
import { untilAborted } from "../testing-run.ts";

type On = ReturnType<typeof rerunStage>;

/** Asserts that a re-run is refused, and that nothing was done. */
async function refused(
  on: On,
  definition: FlowDefinition,
  given: StagedRerun = {},
): Promise<readonly Pick<PlanProblem, "kind" | "path" | "allow">[]> {
  const before = await on.runs();
  const attempts = on.attempts.length;
  const plan = await on.plan(definition, given);
  const problems = plan.problems.map(({ kind, path, allow }) => ({ kind, path, allow }));
  await expect(on.rerun(definition, given)).rejects.toMatchObject({ code: "RERUN_REFUSED", plan, details: { count: problems.length } });
  expect([await on.runs(), on.attempts.length]).toEqual([before, attempts]);
  expect(planned(plan, "blocked")).toEqual(expect.arrayContaining(problems.map(({ path }) => path)));
  return problems;
}

const broken = () => {
  throw new Error("broken");
};

describe("a node that failed", () => {
  const three = ({ step }: On, options = {}) =>
    flow("main")
      .node("a", step({ value: 1 }))
      .node("b", step({ value: 2 }), options)
      .node("c", step({ value: "$expr{$hier{b}?.value}" }));

  it("is executed again, with all that had not come", async () => {
    const on = rerunStage();
    on.on("b", broken);
    await on.run(three(on)).catch(() => undefined);
    on.on("b", () => undefined);
    const { plan, executed, result } = await on.rerun(three(on));
    expect(planned(plan, "execute")).toContain("main.b");
    expect(executed).toEqual(["main.b", "main.c"]);
    expect(result).toMatchObject({ c: { value: 2 } });
  });

  it("stands in the way of a start after it (D-21)", async () => {
    const on = rerunStage();
    on.on("b", broken);
    await on.run(three(on)).catch(() => undefined);
    expect(await refused(on, three(on), { from: "main.c" })).toEqual([{ kind: "failed", path: "main.b", allow: ["--allow-failed"] }]);
    await expect(on.rerun(three(on), { from: "main.c", allow: { failed: true } })).rejects.toMatchObject({ code: "RERUN_PATH_INVALID" });
    expect((await on.rerun(three(on), { from: "main.b" })).executed).toEqual(["main.b"]);
  });

  it.each([
    ["continue", { onFailure: "continue" }, null],
    ["a fallback", { onFailure: { fallback: { value: "f" } } }, "f"],
  ])("and was handled by %s fails again as it did, when that is allowed", async (_name, options, value) => {
    const on = rerunStage();
    on.on("b", broken);
    await on.run(three(on, options));
    expect(await refused(on, three(on, options), { from: "main.c" })).toHaveLength(1);
    const { executed, reused, result } = await on.rerun(three(on, options), { from: "main.c", allow: { failed: true } });
    expect([executed, reused]).toEqual([["main.c"], ["main.a", "main.b"]]);
    expect(result).toMatchObject({ c: { value } });
  });

  it("and was caught fails again as it did, when that is allowed", async () => {
    const on = rerunStage();
    const one = (id: string) => flow(id).node(id, on.step({ value: id }));
    const definition = flow("main")
      .try("t", { body: one("b"), catch: one("m"), finally: one("f") })
      .node("c", on.step({ value: 1 }));
    on.on("b", broken);
    await on.run(definition);
    expect(await refused(on, definition, { from: "main.c" })).toMatchObject([{ path: "main.t.try.b" }]);
    const { executed, result } = await on.rerun(definition, { from: "main.c", allow: { failed: true } });
    expect(executed).toEqual(["main.c"]);
    expect(result).toMatchObject({ t: { catch: { m: { value: "m" } }, finally: { f: { value: "f" } } } });
  });
});

describe("an earlier run", () => {
  const one = ({ step }: On) =>
    flow("main")
      .node("a", step({ value: 1 }))
      .node("b", step({ value: 2 }));

  it("that is not there is refused (D-19)", async () => {
    await expect(rerunStage().rerun(one(rerunStage()))).rejects.toMatchObject({ code: "RUN_UNKNOWN" });
  });

  it("of another agent is refused", async () => {
    const on = rerunStage();
    await on.run(one(on));
    const before = await on.runs();
    const other = flow("other").node("a", on.step({ value: 1 }));
    await expect(on.rerun(other)).rejects.toMatchObject({ code: "RERUN_BASE_INVALID", details: { rootComponentId: "main", found: "other" } });
    expect(await on.runs()).toEqual(before);
  });

  it("that was interrupted is refused, unless what it completed is to be reused", async () => {
    const whole = rerunStage();
    await whole.run(one(whole));
    const record = await whole.events();
    const upTo = record.findIndex(({ type }) => type === "node.completed") + 1;
    const on = rerunStage({ ports: await cutAfter(record, upTo) });
    await expect(on.rerun(one(on))).rejects.toMatchObject({ code: "RERUN_BASE_INVALID", details: { status: "interrupted" } });
    expect((await on.rerun(one(on), { allow: { unfinished: true } })).executed).toEqual(["main.b"]);
  });

  it("that goes on is refused, unless what it completed is to be reused", async () => {
    const on = rerunStage();
    const { promise: begun, resolve } = Promise.withResolvers<undefined>();
    on.on("b", (context) => {
      if (context.run.runId !== "r") return undefined;
      resolve(undefined);
      return untilAborted(context);
    });
    const stop = new AbortController();
    const going = on.run(one(on), { signal: stop.signal }).catch(() => undefined);
    await begun;
    await expect(on.rerun(one(on))).rejects.toMatchObject({ code: "RERUN_BASE_INVALID" });
    expect((await on.rerun(one(on), { allow: { unfinished: true } })).executed).toEqual(["main.b"]);
    stop.abort();
    await going;
  });

  it("whose nodes have no fingerprints is executed anew, and cannot be before a start", async () => {
    const new_ = rerunStage();
    await new_.run(one(new_));
    const old = (await new_.events()).map((event) => (event.type === "node.completed" ? { ...event, fingerprint: undefined } : event));
    const on = rerunStage({ ports: await cutAfter(old, old.length) });
    expect(await refused(on, one(on), { from: "main.b" })).toEqual([
      { kind: "unverified", path: "main.a", allow: ["--pin main.a", "--reask main.a"] },
    ]);
    expect((await on.rerun(one(on), { from: "main.b", pin: ["main.a"] })).executed).toEqual(["main.b"]);
    const { plan, executed } = await on.rerun(one(on));
    expect(executed).toEqual(["main.a", "main.b"]);
    expect(plan.nodes[0]?.because[0]).toMatchObject({ component: "fingerprint" });
  });
});

describe("a definition that is another one", () => {
  it("is refused for nodes that are gone or have another name, with the list (D-20)", async () => {
    const on = rerunStage();
    const { step } = on;
    await on.run(
      flow("main")
        .node("a", step({ value: 1 }))
        .component("s", flow("s").node("b", step({ value: 2 })))
        .node("c", step({ value: 3 })),
    );
    const renamed = flow("main")
      .node("a", step({ value: 1 }))
      .node("see", step({ value: 3 }));
    expect(await refused(on, renamed)).toEqual([
      { kind: "removed", path: "main.s.b", allow: ["--allow-removed"] },
      { kind: "removed", path: "main.c", allow: ["--allow-removed"] },
    ]);
    const { executed, result } = await on.rerun(renamed, { allow: { removed: true } });
    expect([executed, result]).toEqual([["main.see"], { a: { value: 1 }, see: { value: 3 } }]);
  });

  it("is refused for a change before its start, which pin and reask allow", async () => {
    const on = rerunStage();
    const definition = (value: number) =>
      flow("main")
        .node("a", on.step({ value }))
        .node("b", on.step({ value: "$expr{$hier{a}.value}" }))
        .node("c", on.step({ value: 3 }));
    await on.run(definition(1));
    expect(await refused(on, definition(2), { from: "main.c" })).toEqual([
      { kind: "changed", path: "main.a", allow: ["--pin main.a", "--reask main.a"] },
    ]);
    expect((await on.rerun(definition(2), { from: "main.c", pin: ["main.a"] })).result).toMatchObject({ a: { value: 1 }, b: { value: 1 } });
    expect((await on.rerun(definition(2), { from: "main.b", reask: ["main.a"] })).result).toMatchObject({ a: { value: 2 }, b: { value: 2 } });
  });

  it("is refused for a result that its type does not allow any more, which reask allows (D-20)", async () => {
    const on = rerunStage();
    const typed = (output: z.ZodType, gives: Json) =>
      defineNode({
        type: "typed",
        version: "1",
        effect: "pure",
        code: "",
        settings: z.object({}),
        output,
        execute({ path, attempt, run }) {
          on.attempts.push({ runId: run.runId, path, attempt });
          return gives;
        },
      })({});
    const before = flow("main").node("a", typed(z.object({ value: z.string() }), { value: "1" }));
    const after = flow("main").node("a", typed(z.object({ value: z.number() }), { value: 1 }));
    await on.run(before);
    expect(await refused(on, after)).toEqual([{ kind: "schema", path: "main.a", allow: ["--reask main.a"] }]);
    expect((await on.rerun(after, { reask: ["main.a"] })).result).toEqual({ a: { value: 1 } });
  });
});

describe("content that is gone", () => {
  it("is refused, and asking for its node anew allows it (D-20)", async () => {
    const on = rerunStage();
    const { artifacts } = on.ports;
    const definition = flow("main")
      .node("a", on.step({ value: "long ".repeat(10_000) }))
      .node("b", on.step({ value: 1 }));
    await on.run(definition);
    for await (const digest of artifacts.list()) await artifacts.delete(digest);
    for (const from of [undefined, "main.b"]) {
      const problems = await refused(on, definition, from === undefined ? {} : { from });
      expect(problems[0]).toEqual({ kind: "content", path: "main.a", allow: ["--reask main.a"] });
      expect(problems.every(({ path }) => path === "main.a")).toBe(true);
    }
    expect((await on.rerun(definition, { reask: ["main.a"] })).executed).toEqual(["main.a"]);
  });

  it("ends a re-run that comes to it after it was planned, whatever the node and what is around it handle", async () => {
    const on = rerunStage();
    const { artifacts, events } = on.ports;
    const body = flow("b").node("a", on.step({ value: "long ".repeat(10_000) }), { onFailure: "continue" });
    const definition = flow("main")
      .try("t", { body, catch: flow("c").node("m", on.step({ value: 1 })) })
      .node("last", on.step({ value: 2 }));
    await on.run(definition);
    let isPlanned = false;
    events.subscribe("run.started", () => void (isPlanned = true));
    const { get } = artifacts;
    artifacts.get = async (digest, options) => (isPlanned ? undefined : await get(digest, options));
    const { error, executed } = await on.rerun(definition, { pin: ["main.last"] });
    expect(JSON.stringify(error)).toMatch(/RERUN_BROKEN.*main\.t\.try\.a.*ARTIFACT_MISSING/);
    expect(executed).toEqual([]);
    expect(await on.details("r2")).toMatchObject({ status: "failed" });
  });
});

describe("what is asked of something that a re-run does not come to", () => {
  it.each([
    ["reask", { reask: ["main.loop.iter_7.a"] }],
    ["pin", { pin: ["main.choice.is_false.b"] }],
    ["set", { set: { "main.loop.iter_7.a": { value: 1 } } }],
    ["from", { from: "main.choice.is_false" }],
  ])("is refused, and no run is made: %s", async (option, asked) => {
    const on = rerunStage();
    const definition = flow("main")
      .forEach("loop", { items: [1, 2], body: flow("body").node("a", on.step({ value: "$var{item}" })) })
      .conditional("choice", { condition: true, isTrue: flow("yes").node("b", on.step({})), isFalse: flow("no").node("b", on.step({})) });
    await on.run(definition);
    const before = await on.runs();
    await expect(on.rerun(definition, asked)).rejects.toMatchObject({ code: "RERUN_PATH_INVALID", details: { option } });
    expect(await on.runs()).toEqual(before);
    expect((await on.rerun(definition, { reask: ["main.loop.iter_*.a"] })).executed).toEqual(["main.loop.iter_0.a", "main.loop.iter_1.a"]);
  });
});

describe("a node that failed, was allowed to, and is changed since", () => {
  it("does not fail again as if it were not", async () => {
    const on = rerunStage();
    on.on("f", broken);
    const definition = (value: string) =>
      flow("main")
        .node("f", on.step({ value }), { onFailure: "continue" })
        .node("last", on.step({ value: 1 }));
    await on.run(definition("x"));
    const given = { from: "main.last", allow: { failed: true } };
    expect((await on.rerun(definition("x"), given)).reused).toEqual(["main.f"]);
    expect(await refused(on, definition("y"), given)).toEqual([{ kind: "changed", path: "main.f", allow: ["--reask main.f"] }]);
  });

  it("may have a fallback that is not known before", async () => {
    const on = rerunStage();
    on.on("f", broken);
    const definition = flow("main")
      .node("x", on.step({ value: 1 }))
      .node("f", on.step({ value: 2 }), { onFailure: { fallback: { value: "$expr{$hier{x}.value}" } } })
      .node("last", on.step({ value: "$expr{$hier{f}.value}" }));
    await on.run(definition);
    const { plan, executed, result } = await on.rerun(definition, { from: "main.last", reask: ["main.x"], allow: { failed: true } });
    expect(plan.nodes.map(({ decision }) => decision)).toEqual(["execute", "reuse", "execute"]);
    expect([executed, result]).toEqual([["main.last", "main.x"], { x: { value: 1 }, f: { value: 1 }, last: { value: 1 } }]);
  });
});

describe("a re-run with an input that the earlier run had not", () => {
  it("goes on with it", async () => {
    const on = rerunStage();
    await on.run(flow("main").node("a", on.step({ value: 1 })));
    let times = 0;
    on.on("b", () => (times++ === 0 ? broken() : undefined));
    const definition = flow("main", { variables: { need: variable() } })
      .node("a", on.step({ value: 1 }))
      .node("b", on.step({ value: "$var{need}" }));
    const { error, runId } = await on.rerun(definition, { inputs: { main: { need: "x" } } });
    expect(error?.code).toBe("NODE_FAILED");
    expect((await on.resumeRerun(definition, runId)).result).toEqual({ a: { value: 1 }, b: { value: "x" } });
  });
});
