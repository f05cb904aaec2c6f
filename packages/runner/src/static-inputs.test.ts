import { agent, flow, variable } from "@dad/agent";
import type { Json } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { resolveStaticInputs } from "./resolve-static-inputs.ts";
import { stage } from "./testing-run.ts";

const { step } = stage();
const asks = flow("asks", { variables: { topic: variable(z.string()), count: 1 } }).node("say", step({ value: "$var{topic} $var{count}" }));
const loop = (on = stage()) => agent("main").map("each", { items: ["a", "b"], body: flow("body").node("say", on.step({ value: "$expr{item}" })) });

describe("a static input of something in a loop", () => {
  it("is for one iteration, or for each, and the nearer one counts (row 88)", async () => {
    const on = stage();
    const inputs = { "main.each.iter_*.say": { value: "all" }, "main.each.iter_1.say": { value: "second" } };
    expect(await on.run(loop(on), { inputs })).toEqual({ each: [{ say: { value: "all" } }, { say: { value: "second" } }] });
    expect(await stage().run(loop(), { inputs: { "main.each.iter_0.say": { value: "first" } } })).toEqual({
      each: [{ say: { value: "first" } }, { say: { value: "b" } }],
    });
  });

  it("gives the variables of a body their values: of one iteration, or of each", async () => {
    const definition = flow("main").forEach("each", { items: [1, 2], body: asks.with({ topic: "cats" }) });
    const inputs = { "main.each.iter_*": { count: 5 }, "main.each.iter_1": { topic: "dogs" } };
    expect(await stage().run(definition, { inputs: { "main.each.iter_*": { count: 5 } } })).toEqual({
      each: [{ say: { value: "cats 5" } }, { say: { value: "cats 5" } }],
    });
    expect(Object.keys(resolveStaticInputs(definition, inputs))).toEqual(["main.each.iter_*", "main.each.iter_1"]);
  });

  it("is asked for by its whole path: its name does not say which iteration is meant", () => {
    expect(() => resolveStaticInputs(loop(), { say: { value: 1 } })).toThrow(
      'static input "say" is for something in a loop: say main.each.iter_*.say for every iteration, or for instance main.each.iter_0.say',
    );
  });

  it("is checked as any other: what it is for, and whether it fits", () => {
    expect(() => resolveStaticInputs(loop(), { "main.each.iter_x.say": { value: 1 } })).toThrow("is for nothing in this definition");
    expect(() => resolveStaticInputs(loop(), { "main.each.iter_0.say": { vaule: 1 } })).toThrow('static input "main.each.iter_0.say"');
    const definition = flow("main").forEach("each", { items: [1], body: asks });
    expect(() => resolveStaticInputs(definition, { "main.each.iter_*": { topic: 3 } })).toThrow('the variable "topic" does not fit');
  });
});

describe("a static input", () => {
  it.each<[string, Record<string, Json>, string]>([
    ["an element that is misspelt", { "main.asc": {} }, 'is for nothing in this definition; did you mean "main.ask"?'],
    ["a name that is misspelt", { aks: { topic: "x" } }, 'is for nothing in this definition; did you mean "ask"?'],
    ["a variable that is misspelt", { "main.ask": { tpoic: "x" } }, 'there is no variable "tpoic"; did you mean "topic"?'],
    ["a block, which has no variables", { "main.both": {} }, "is for a parallel, which takes none; what is in it may: main.both.left"],
    ["what is no object of variables", { "main.ask": ["x"] }, "give an object of the component's variables"],
    ["a name that two elements have", { say: { value: 1 } }, "could be for main.ask.say or main.both.left.say"],
  ])("for %s is refused, with what could be meant", (_what, inputs, problem) => {
    const definition = agent("main")
      .component("ask", asks.with({ topic: "x" }))
      .parallel("both", { left: asks.with({ topic: "y" }) });
    expect(() => resolveStaticInputs(definition, inputs)).toThrow(problem);
  });

  it("is told of with all others that are wrong, each with the name and the member that it is about", () => {
    const definition = agent("main").component("ask", asks.with({ topic: "x" }));
    const inputs = { "main.ask": { tpoic: "x", count: "y" }, say: { vaule: 1 }, nobody: 1 };
    const problems = [{ name: "nobody" }, { name: "main.ask", member: "tpoic" }, { name: "main.ask", member: "count" }, { name: "main.ask.say" }];
    expect(() => resolveStaticInputs(definition, inputs)).toThrow(
      expect.objectContaining({ problems: problems.map((one) => expect.objectContaining(one) as object) }),
    );
  });

  it("is found by the name that only one element has", () => {
    const definition = agent("main").component("ask", asks);
    expect(resolveStaticInputs(definition, { ask: { topic: "x" } })).toEqual({ "main.ask": { topic: "x" } });
  });
});

describe("a variable that has to have a value", () => {
  it.each<[string, () => Parameters<typeof resolveStaticInputs>[0], string]>([
    ["in a nested flow", () => flow("main").component("in", asks), "main.in"],
    ["in a branch", () => flow("main").conditional("if", { condition: true, isTrue: asks }), "main.if.is_true"],
    ["in a case", () => flow("main").switch("on", { on: "a", cases: { a: asks } }), "main.on.a"],
    ["in a body", () => flow("main").map("each", { items: [1], body: asks }), "main.each.iter_*"],
    ["in a handler", () => flow("main").try("t", { body: flow("b"), catch: asks }), "main.t.catch"],
    ["of the root", () => asks, "asks"],
  ])("and has none %s is told of before anything runs, with how to give it one (D-51, row 88)", (_where, make, path) => {
    const definition = make();
    const message = `the variable "topic" of ${path} has no value: give it one where the component is used, or as the static input {"${path}": {"topic": …}}`;
    expect(() => resolveStaticInputs(definition, {})).toThrow(message);
    expect(resolveStaticInputs(definition, { [path]: { topic: "x" } })).toEqual({ [path]: { topic: "x" } });
  });

  it("has it where it is used, and from outside another one", async () => {
    const definition = flow("main").component("in", asks.with({ topic: "cats" }));
    expect(await stage().run(definition)).toEqual({ in: { say: { value: "cats 1" } } });
    expect(await stage().run(definition, { inputs: { "main.in": { topic: "dogs" } } })).toEqual({ in: { say: { value: "dogs 1" } } });
  });

  it("may be null, and may not be left out by that", async () => {
    const definition = flow("main", { variables: { maybe: variable(z.string().nullable()) } }).node("say", step({ value: "$expr{maybe == null}" }));
    expect(await stage().run(definition, { inputs: { main: { maybe: null } } })).toEqual({ say: { value: true } });
    expect(() => resolveStaticInputs(definition, { main: {} })).toThrow('the variable "maybe" of main has no value');
  });

  it("that one iteration is given and another is not fails in the one that has none, and says so", async () => {
    const definition = flow("main").forEach("each", { items: [1, 2], body: asks });
    const run = stage().run(definition, { inputs: { "main.each.iter_0": { topic: "x" } } });
    await expect(run).rejects.toMatchObject({ code: "VARIABLE_INVALID", message: expect.stringContaining("main.each.iter_1") as string });
  });
});
