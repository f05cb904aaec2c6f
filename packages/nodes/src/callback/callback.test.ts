import { flow, type NodeContext } from "@dad/agent";
import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { callback } from "./callback.ts";
import { runNode, testingContext } from "../testing-context.ts";

const options = { name: "count", version: "1" } as const;

describe("callback (row 93, D-65)", () => {
  it("calls the function with its input and the context", async () => {
    const { context } = testingContext();
    const seen: NodeContext[] = [];
    const count = callback(options, (input: { text: string }, given) => {
      seen.push(given);
      return { words: input.text.split(" ").length };
    });
    await expect(runNode(count({ text: "a b c" }), context)).resolves.toEqual({ words: 3 });
    expect(seen).toEqual([context]);
  });

  it("keeps what it records through its context, as what it is", async () => {
    const { context, artifacts } = testingContext();
    const plot = new Uint8Array([0x89, 0x50]);
    const draw = callback(options, async (_input: object, { record }) => {
      await record({ name: "plot.png", data: plot, mediaType: "image/png" });
      await record({ name: "notes/plan", data: { steps: 1 }, format: "yaml" });
    });
    await expect(runNode(draw({}), context)).resolves.toBeNull();
    expect([...artifacts.values()]).toEqual([
      { name: "plot.png", data: plot, mediaType: "image/png" },
      { name: "notes/plan", data: { steps: 1 }, format: "yaml" },
    ]);
  });

  it("has the types of the function", () => {
    const count = callback(options, async (input: { text: string }) => input.text.length);
    const definition = flow("f")
      .node("count", count({ text: "$var{text}" }))
      // @ts-expect-error -- a number is no text
      .node("again", (nodes) => count({ text: nodes.count }));
    // @ts-expect-error -- there is no such input
    count({ txt: "a" });
    expectTypeOf(count({ text: "" })).toExtend<{ kind: "node" }>();
    expect(definition.elements[0]?.definition).toMatchObject({ settings: { callback: "count", input: { text: "$var{text}" } } });
  });

  it.each<[string, () => unknown, unknown]>([
    ["an object", () => ({ a: [1, null] }), { a: [1, null] }],
    ["a text", () => "x", "x"],
    ["false", () => false, false],
    ["zero", () => 0, 0],
    ["null", () => null, null],
    ["nothing", () => undefined, null],
    ["a promise", () => Promise.resolve([1]), [1]],
  ])("gives %s", async (_what, work, expected) => {
    await expect(runNode(callback(options, work)({}), testingContext().context)).resolves.toEqual(expected);
  });

  it.each<[string, unknown, string]>([
    ["a date", { at: new Date() }, "$.at is a Date"],
    ["a function", [() => 1], "$[0] is a function"],
    ["an undefined member", { a: { b: undefined } }, "$.a.b is undefined"],
    ["NaN", Number.NaN, "$ is NaN"],
    ["a bigint", 1n, "$ is a bigint"],
  ])("refuses %s and names its place", async (_what, value, problem) => {
    const failure = runNode(callback(options, () => value)({}), testingContext().context);
    await expect(failure).rejects.toMatchObject({ code: "CALLBACK_RESULT_INVALID", message: expect.stringContaining(problem) as string });
  });

  it.each<[string, () => unknown]>([
    [
      "throws",
      () => {
        throw new Error("own");
      },
    ],
    ["rejects", () => Promise.reject(new Error("own"))],
  ])("lets the error pass of a function that %s", async (_how, work) => {
    await expect(runNode(callback(options, work)({}), testingContext().context)).rejects.toThrow("own");
  });

  it("is not called when the attempt is aborted", async () => {
    const { context, controller } = testingContext();
    controller.abort(new Error("cancelled"));
    const called: string[] = [];
    await expect(runNode(callback(options, () => void called.push("called"))({}), context)).rejects.toThrow("cancelled");
    expect(called).toEqual([]);
  });

  it("checks its input when it has a schema", () => {
    const count = callback({ ...options, input: z.strictObject({ text: z.string() }) }, (input) => input.text.length);
    const { settings } = count({ text: "" }).nodeType;
    expect(settings.safeParse({ callback: "count", input: { text: "a" } }).success).toBe(true);
    expect(settings.safeParse({ callback: "count", input: { text: 1 } }).success).toBe(false);
  });

  it("is another one with another version or another text of the function", () => {
    const of = (options: Parameters<typeof callback>[0], work: () => number) => callback(options, work)({}).nodeType;
    const identity = ({ version, source }: ReturnType<typeof of>) => [version, source];
    const one = identity(of(options, () => 1));
    expect(identity(of(options, () => 1))).toEqual(one);
    expect(identity(of(options, () => 2))).not.toEqual(one);
    expect(identity(of({ ...options, version: "2" }, () => 1))).not.toEqual(one);
  });

  it("may do anything, unless it is said what it does", () => {
    const of = (given: object) => callback({ ...options, ...given }, () => 1)({}).nodeType;
    expect([of({}).type, of({}).effect, of({ effect: "pure" }).effect]).toEqual(["callback", "effectful", "pure"]);
    expect([of({}), of({ effect: "pure" }), of({ workspace: "none" })].map(({ workspace }) => workspace({}, undefined))).toEqual([
      "writes",
      "confined",
      "none",
    ]);
  });
});
