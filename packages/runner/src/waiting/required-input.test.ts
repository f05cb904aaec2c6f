import { agent, flow, variable } from "@dad/agent";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { checkDefinition } from "../checks/check-definition.ts";
import { waitingRerunStage, waitingStage } from "../testing-waiting.ts";

const WAITING = { code: "RUN_WAITING" };

describe("a node whose input is required", () => {
  it("asks for it, with its own prompt, when there is no static one", async () => {
    const { step, run, resume, answer, details, executed } = waitingStage();
    const definition = flow("main")
      .node("usual", step({}), { input: "required" })
      .node("own", step({}), { input: { required: "Which size?" } });
    await expect(run(definition)).rejects.toMatchObject({ ...WAITING, requests: ["main.usual:input"] });
    expect(executed).toEqual([]);
    await answer("main.usual:input", { value: 1 });
    await answer("main.own:input", { value: 2 });
    expect(await resume(definition)).toEqual({ usual: { value: 1 }, own: { value: 2 } });
    expect(await details()).toMatchObject({ status: "completed" });
    const given = waitingStage();
    const inputs = { "main.usual": { value: 3 }, own: { value: 4 } };
    expect(await given.run(definition, { inputs })).toEqual({ usual: { value: 3 }, own: { value: 4 } });
    expect(await given.inputs()).toEqual([]);
  });

  it("is refused before anything runs where its type takes none, or one that nobody else can be asked for", () => {
    const { step } = waitingStage();
    const none = { ...step({}), nodeType: { ...step({}).nodeType, input: undefined } };
    const odd = { ...step({}), nodeType: { ...step({}).nodeType, input: z.instanceof(Date) } };
    expect(() => checkDefinition(flow("main").node("a", none, { input: "required" }).node("b", odd, { input: "required" }))).toThrow(
      /main\.a: input: it is required, and the type "pure step" takes none.*\n.*main\.b: input: it has a schema that cannot be described/s,
    );
  });

  it("is reused with its answer while it is unchanged, executed again with what is given then, and asked anew with --reask", async () => {
    const { step, run, rerun, answer, inputs, inbox } = waitingRerunStage();
    const definition = flow("main").node("ask", step({}), { input: "required" });
    await answer("main.ask:input", { value: 1 });
    await run(definition);
    expect(await rerun(definition, { as: "same" })).toMatchObject({ reused: ["main.ask"], result: { ask: { value: 1 } } });
    expect(await rerun(definition, { as: "given", inputs: { ask: { value: 2 } } })).toMatchObject({
      executed: ["main.ask"],
      result: { ask: { value: 2 } },
    });
    expect(await inputs("given")).toEqual([]);
    expect(await rerun(definition, { as: "asked", reask: ["main.ask"] })).toMatchObject({ error: WAITING });
    expect(await inputs("asked")).toEqual(["requested main.ask:input"]);
    expect(await inbox.pending("asked" as never)).toEqual([]);
  });
});

describe("a component whose input is required", () => {
  const declared = { variables: { task: variable(z.string()), depth: variable(z.int()), tone: "neutral" }, input: "required" } as const;

  it("asks once for all variables that nobody gives, before it begins", async () => {
    const { step, run, resume, answer, details, inputs, types } = waitingStage();
    const inner = flow("inner", declared).node("say", step({ value: "$var{task} $var{depth} $var{tone}" }));
    const definition = agent("main")
      .node("before", step({ value: 1 }))
      .component("inner", inner.with({ depth: 3 }));
    await expect(run(definition)).rejects.toMatchObject({ ...WAITING, requests: ["main.inner:input"] });
    expect((await details()).requests).toMatchObject([{ path: "main.inner", schema: { properties: { task: {} }, required: ["task"] } }]);
    expect((await details()).components?.map(({ path, status }) => [path, status])).toEqual([
      ["main", "waiting"],
      ["main.inner", "waiting"],
    ]);
    await answer("main.inner:input", { task: "fix" });
    expect(await resume(definition)).toEqual({ before: { value: 1 }, inner: { say: { value: "fix 3 neutral" } } });
    expect(await inputs()).toEqual(["requested main.inner:input", "answered main.inner:input"]);
    expect(await types("component.")).toEqual([
      "component.started",
      "component.started",
      "component.parked",
      "component.parked",
      "component.completed",
      "component.completed",
    ]);
  });

  it("asks nothing that is given, and in each iteration for itself", async () => {
    const { step, run, answer, inputs } = waitingStage();
    const body = flow("body", { variables: { task: variable(z.string()) }, input: { required: "What?" } }).node("say", step({ value: "$var{task}" }));
    const definition = flow("main").map("each", { items: [1, 2], concurrency: 2, body });
    await answer("main.each.iter_1:input", { task: "b" });
    expect(await run(definition, { inputs: { "main.each.iter_0": { task: "a" } } })).toEqual({
      each: [{ say: { value: "a" } }, { say: { value: "b" } }],
    });
    expect(await inputs()).toEqual(["requested main.each.iter_1:input", "answered main.each.iter_1:input"]);
  });

  it("does not begin when its answer expires with the run, and goes on where it was after a kill", async () => {
    const { step, run, resume, answer, executed } = waitingStage();
    const inner = (name: string) => flow(name, declared).node("say", step({ value: "$var{task}" }));
    const definition = flow("main").parallel("both", { a: inner("a"), b: inner("b") });
    await expect(run(definition)).rejects.toMatchObject({ ...WAITING, requests: ["main.both.a:input", "main.both.b:input"] });
    await answer("main.both.b:input", { task: "b", depth: 1 });
    await expect(resume(definition)).rejects.toMatchObject({ ...WAITING, requests: ["main.both.a:input"] });
    await answer("main.both.a:input", { task: "a", depth: 1 });
    expect(await resume(definition)).toEqual({ both: { a: { say: { value: "a" } }, b: { say: { value: "b" } } } });
    expect(executed).toEqual(["main.both.b.say 1", "main.both.a.say 1"]);
  });

  it("has the answer of the run before in a re-run, which plans with it", async () => {
    const { step, run, rerun, plan, answer, inputs } = waitingRerunStage();
    const made = (last: number) =>
      flow("main", { variables: { task: variable(z.string()) }, input: "required" })
        .node("say", step({ value: "$var{task}" }))
        .node("last", step({ value: last }));
    await answer("main:input", { task: "fix" });
    await run(made(1));
    expect((await plan(made(2))).nodes.map(({ path, decision }) => [path, decision])).toEqual([
      ["main.say", "reuse"],
      ["main.last", "execute"],
    ]);
    expect(await rerun(made(2))).toMatchObject({ executed: ["main.last"], result: { say: { value: "fix" } } });
    expect(await inputs("r2")).toEqual(["requested main:input", "answered main:input"]);
    expect((await plan(made(2), { reask: ["main"] })).nodes.map(({ decision }) => decision)).not.toContain("reuse");
  });

  it("is refused where it declares nothing that could be asked for", () => {
    const { step } = waitingStage();
    const idle = flow("main", { variables: { tone: "neutral" }, input: "required" }).node("a", step({}));
    expect(() => checkDefinition(idle)).toThrow(/main: input: it is required, and every variable has a default/);
    expect(() => flow("main", { input: "requird" as never })).toThrow(/say "required"/);
  });
});
