import { type ComponentDefinition, defineNode, flow, placedElements, variable } from "@dad/agent";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { definitionChecks } from "./definition-checks.ts";

const verdict = z.enum(["good", "bad"]);
const look = defineNode({
  type: "look",
  version: "1",
  effect: "pure",
  settings: z.object({}),
  output: z.object({ verdict, count: z.number(), ok: z.boolean(), maybe: verdict.nullable(), names: z.array(z.string()), any: z.unknown() }),
  execute: () => ({ verdict: "good" as const, count: 1, ok: true, maybe: null, names: [], any: null }),
});
const main = flow("main", { variables: { level: variable(z.enum(["low", "high"])), free: "x" } }).node("look", look({}));
const one = flow("one");

function problemsOf(definition: ComponentDefinition): readonly string[] {
  return definitionChecks(placedElements(definition));
}

describe("what a block decides by", () => {
  const conditional = (condition: unknown) => main.conditional("if", { condition: condition as never, isTrue: one });
  const map = (items: unknown, start: unknown = 0) => main.map("each", { items: items as never, start: start as never, body: one });

  it.each<[string, ComponentDefinition, string]>([
    ["a condition that is a number", conditional("$expr{$hier{look}.count}"), "main.if: condition: it is a number, and not true or false"],
    ["a condition that is one of several texts", conditional("$expr{level}"), "condition: it is a text, and not true or false"],
    ["a condition that is always text", conditional("$var{free}"), "condition: it is a text, and not true or false"],
    ["a condition that is a text either way", conditional("$expr{level == 'low' ? 'yes' : 'no'}"), "condition: it is a text"],
    ["the condition of a while", main.while("again", { condition: "$expr{index}", max: 1, body: one }), "main.again: condition: it is a number"],
    ["items that are one of several texts", map("$expr{$hier{look}.verdict}"), "main.each: items: it is a text, and not a list"],
    ["items that are what an element gives", map("$expr{$hier{look}}"), "items: it is an object, and not a list"],
    ["a start that is a text", map([1], "$expr{level}"), "start: it is a text, and not a number"],
    ["a start before the first item", map([1], -1), "start: it is -1, and not a whole number from 0"],
    ["a start between two items", map([1], 1.5), "start: it is 1.5, and not a whole number from 0"],
    ["what a switch is on", main.switch("on", { on: 5 as never, cases: { a: one } }), "main.on: on: it is a number, and not a text or true or false"],
  ])("is judged where its kind is known: %s", (_what, definition, problem) => {
    expect(problemsOf(definition)).toEqual([expect.stringContaining(problem)]);
  });

  it.each<[string, ComponentDefinition]>([
    ["a boolean", conditional("$expr{$hier{look}.ok}")],
    ["a comparison", conditional("$expr{$hier{look}.count > 3}")],
    ["what nobody knows", conditional("$expr{$hier{look}.any}")],
    ["what a variable without a schema holds", conditional("$expr{free}")],
    ["what a function makes", conditional("$expr{$hier{look}.names.includes('a')}")],
    ["a list", map("$expr{$hier{look}.names}")],
    ["a number", map([1], "$expr{$hier{look}.count}")],
  ])("may be %s", (_what, definition) => {
    expect(problemsOf(definition)).toEqual([]);
  });
});

describe("the cases of a switch", () => {
  const on = (value: unknown, names: readonly string[], otherwise = false) =>
    main.switch("route", {
      on: value as never,
      cases: Object.fromEntries(names.map((name) => [name, one])),
      ...(otherwise ? { otherwise: one } : {}),
    });

  it("are all that its value can be, or there is an otherwise", () => {
    expect(problemsOf(on("$expr{$hier{look}.verdict}", ["good", "bad"]))).toEqual([]);
    expect(problemsOf(on("$expr{$hier{look}.verdict}", ["good"], true))).toEqual([]);
    expect(problemsOf(on("$expr{$hier{look}.verdict}", ["good"]))).toEqual([
      'main.route: on: no case is for "bad", and there is no otherwise; there is "good"',
    ]);
    expect(problemsOf(on("$expr{$hier{look}.ok}", ["true"]))).toEqual([expect.stringContaining('no case is for "false"')]);
    expect(problemsOf(on("$expr{$hier{look}.maybe}", ["good", "bad"]))).toEqual([]);
  });

  it("are none that it can never be, and what was meant is said", () => {
    expect(problemsOf(on("$expr{$hier{look}.verdict}", ["good", "bda"]))).toEqual([
      'main.route: on: it is never "bda", which there is a case for; did you mean "bad"? there are "good", "bad"',
      'main.route: on: no case is for "bad", and there is no otherwise; did you mean "bda"? there are "good", "bda"',
    ]);
    expect(problemsOf(on("$expr{$hier{look}.count > 3 ? 'many' : 'few'}", ["many", "fwe"], true))).toEqual([
      expect.stringContaining('it is never "fwe", which there is a case for; did you mean "few"?'),
    ]);
  });

  it("have one for a value that is written down", () => {
    expect(problemsOf(on("bgu", ["bug", "feature"]))).toEqual([
      expect.stringContaining('no case is for "bgu", and there is no otherwise; did you mean "bug"?'),
    ]);
    expect(problemsOf(on("bug", ["bug", "feature"]))).toEqual([]);
    expect(problemsOf(on("bgu", ["bug"], true))).toEqual([]);
    expect(problemsOf(on(true, ["true"]))).toEqual([]);
  });

  it("may be any where nobody knows what it is", () => {
    for (const value of ["$expr{free}", "$var{free}", "$expr{$hier{look}.names[0]}", "$expr{$hier{look}.verdict.upper()}"])
      expect(problemsOf(on(value, ["a"]))).toEqual([]);
  });
});
