import type { Json } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { TemplateError } from "./errors.ts";
import { parseTemplate } from "./parse-template.ts";
import { renderTemplate } from "./render-template.ts";
import { scopeOf } from "./scope.ts";
import { renderValue } from "./template-value.ts";

const scope = scopeOf(
  { user_query: "$expr{py: __import__('os').popen('id').read()}", i: 1, t: 2.5, items: [{ id: 7 }], failed: false },
  { plan: { structured: { files: ["a", "b"] } }, "loop.iter_0.check": { score: 3 } },
);

function render(text: string): Json {
  return renderTemplate(parseTemplate(text), scope);
}

/** The first form of DAD did each of these wrong; the numbers are those of its list of defects and features. */
describe("templates", () => {
  it("keep a value that looks like a template as text (D-45)", () => {
    expect(render("Do: $var{user_query}")).toBe("Do: $expr{py: __import__('os').popen('id').read()}");
    expect(render("$expr{user_query + '!'}")).toBe("$expr{py: __import__('os').popen('id').read()}!");
    expect(renderValue({ prompt: ["$expr{user_query}"] }, scope)).toEqual({ prompt: ["$expr{py: __import__('os').popen('id').read()}"] });
  });

  it.each<[string, Json]>([
    ["$expr{i >= 1}", true],
    ["$expr{i <= 0}", false],
    ["$expr{i + 1}", 2],
    ["$expr{t * 2}", 5],
    ["part $expr{i + 1} of $expr{items.length}", "part 2 of 1"],
  ])("compare and calculate: %s (D-46)", (text, expected) => {
    expect(render(text)).toEqual(expected);
  });

  it.each(["$expr{nope}", "$expr{i +}", "$expr{items[3]}", "$expr{i / 0}", "$expr{nope.map(x => x)}", "x: $expr{nope}"])(
    "throw for %s, and give no text about it for somebody to loop over (D-47)",
    (text) => {
      expect(() => render(text)).toThrow(TemplateError);
    },
  );

  it.each<[string, Json]>([
    ["$$var{i}", "$var{i}"],
    ["$$expr{i + 1}", "$expr{i + 1}"],
    ["$$hier{plan}", "$hier{plan}"],
    ["$expr{'}' + \"}\"}", "}}"],
    ["$expr{{ a: { b: '}' } }}", { a: { b: "}" } }],
    ["$expr{'a > b && c == d'}", "a > b && c == d"],
    ["$expr{items[0]}", { id: 7 }],
    ["$expr{(i)}", 1],
    ["$expr{(items)[0].id}", 7],
  ])("escape, close and group as it is written: %s (D-48, row 105)", (text, expected) => {
    expect(render(text)).toEqual(expected);
  });

  it("render in every string of a value, and refuse a path that leads nowhere (D-48)", () => {
    expect(renderValue({ a: { b: ["n=$var{i}"] } }, scope)).toEqual({ a: { b: ["n=1"] } });
    expect(() => renderValue({ a: { b: ["$expr{items[0].name}"] } }, scope)).toThrow(/^a\.b\[0\], line 1, column 15: items\[0\] has no \.name/);
  });

  it("put the text of a variable into text (row 101)", () => {
    expect(render("$var{i} and $var{t}, $var{failed}, $var{items}")).toBe('1 and 2.5, false, [{"id":7}]');
  });

  it("have paths, indexes, comparisons, conditions, defaults, parentheses and literals (row 102)", () => {
    expect(render("$expr{items[0].id == 7 && (i != 2 || failed) ? nope ?? 'default' : null}")).toBe("default");
  });

  it("evaluate no Python, and say so (row 103)", () => {
    expect(() => render("$expr{py: 1 + 1}")).toThrow("Python is not evaluated");
  });

  it("read what nodes gave, by id and by path (row 104)", () => {
    expect(render("$expr{$hier{plan}.structured.files.join(' ')} $expr{$hier{loop.iter_0.check}.score + 1}")).toBe("a b 4");
  });

  it("keep the type of a setting that is one expression (row 106)", () => {
    expect(renderValue({ files: "$expr{$hier{plan}.structured.files}", n: "$expr{i}", none: "$expr{nope ?? null}" }, scope)).toEqual({
      files: ["a", "b"],
      n: 1,
      none: null,
    });
  });

  it("have defaults, and can be held to some values (row 108)", () => {
    expect(render("$var{i} $expr{tone ?? 'plain'}")).toBe("1 plain");
    expect(render("$expr{i in [1, 2]}")).toBe(true);
  });
});
