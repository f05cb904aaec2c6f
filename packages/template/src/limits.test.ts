import type { Json } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { TemplateError } from "./errors.ts";
import { MAX_ACCESSORS, MAX_EXPRESSION_DEPTH, MAX_RENDERED_LENGTH, MAX_STEPS, MAX_VALUE_DEPTH } from "./limits.ts";
import { parseTemplate } from "./parse-template.ts";
import { renderTemplate } from "./render-template.ts";
import { scopeOf } from "./scope.ts";

const big = "a".repeat(2 ** 20);
const huge = "a".repeat(MAX_RENDERED_LENGTH + 1);
const deep = JSON.parse(`${"[".repeat(MAX_VALUE_DEPTH + 1)}${"]".repeat(MAX_VALUE_DEPTH + 1)}`) as Json;
const wide = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`key${index}`, index]));
const scope = scopeOf({
  big,
  text: "ab",
  deep,
  alike: JSON.parse(JSON.stringify(deep)) as Json,
  other: `${big.slice(1)}b`,
  flat: "x,".repeat(2 ** 20),
  wide,
  short: "x".repeat(50),
  empties: Array.from({ length: 10_000 }, () => []),
  // Of one length, and more than the runtime hashes.
  ofOneLength: Array.from({ length: 600 }, (_, index) => `${big.slice(0, 16_400)}${index + 1000}`),
  longKeys: { [big]: 1, [`${big.slice(1)}b`]: 2 },
  controls: "\u0001".repeat(3_000_000),
  thirds: Array.from({ length: 1_000_000 }, (_, index) => index + 1 / 3),
  scan: { files: [{ path: "a", content: huge }, null] },
});

function value(expression: string): Json {
  return renderTemplate(parseTemplate(`$expr{${expression}}`), scope);
}

function errorOf(expression: string): TemplateError {
  try {
    value(expression);
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error(`${expression} has a value`);
}

describe("an expression", () => {
  it("has a limit for its depth, and no stack is too small for that", () => {
    const inParentheses = (levels: number) => `${"(".repeat(levels)}1${")".repeat(levels)}`;
    expect(value(inParentheses(MAX_EXPRESSION_DEPTH - 1))).toBe(1);
    for (const expression of [
      inParentheses(MAX_EXPRESSION_DEPTH),
      `${"-".repeat(MAX_EXPRESSION_DEPTH)}1`,
      `1${"+1".repeat(MAX_EXPRESSION_DEPTH)}`,
      `${"[".repeat(MAX_EXPRESSION_DEPTH + 1)}${"]".repeat(MAX_EXPRESSION_DEPTH + 1)}`,
      `${"true?1:".repeat(MAX_EXPRESSION_DEPTH)}1`,
      `${"[1].map(x => ".repeat(MAX_EXPRESSION_DEPTH)}1${")".repeat(MAX_EXPRESSION_DEPTH)}`,
      `(1${"+1".repeat(100)})${"+1".repeat(100)}`,
    ]) {
      expect(errorOf(expression)).toMatchObject({ code: "TEMPLATE_LIMIT_EXCEEDED", problem: expect.stringContaining("deep") as string });
    }
    const levels = MAX_EXPRESSION_DEPTH / 2 - 2;
    expect(value(`${"[1].map(x => ".repeat(levels)}1${")".repeat(levels)}.length`)).toBe(1);
  });

  it("has a limit for the work that it makes, wherever it makes it", () => {
    for (const expression of [
      "range(1000).map(x => range(1000).map(y => x * y))",
      `range(${MAX_STEPS + 1})`,
      "range(1e15)",
      "range(1000).map(x => big.upper())",
      "range(1000).map(x => big + x)",
      "range(1000).map(x => big.includes('b'))",
      "range(100).map(x => big + x).sort()",
      "range(5000).map(i => i % 2 == 0 ? big : other).sort().length",
      "range(1000).map(x => big == big + '')",
      "range(1000).map(x => [big]).unique()",
      "range(1000).map(x => json(big))",
      "range(1000).map(x => flat.length > 0 && flat.split(',').length > 0)",
      "range(1000).map(x => parseJson('[' + flat.replace('x', '1') + '1]'))",
      "big.padStart(1e9)",
      "big.replace('a', big)",
      "range(100).map(x => big).join('')",
      "range(100000).map(x => range(x))",
      "range(1000).map(x => length(wide))",
      "range(1000).map(x => wide.keys())",
      "range(1000).map(x => {} == wide)",
      "range(1000).map(x => [wide].includes({}))",
      "range(1000).map(x => string(wide))",
      "range(1000).map(x => [wide].join(','))",
      "range(1000).map(x => big.slice(1).length)",
      "range(1000).map(x => range(2000).slice(1))",
      "range(1000).map(x => range(1000)).flat().flat().map(x => x)",
      "range(1000).map(x => empties.flat().length)",
      "range(40).map(x => big.includes(other))",
      "range(40).map(x => big.split(other).length)",
      "range(100).map(x => longKeys.keys().length)",
      "range(100).map(x => length(longKeys.entries()))",
      "range(100).map(x => big in wide)",
      "range(100).map(x => wide[big] ?? x)",
      "ofOneLength.unique().length",
      "range(290000).map(x => short)",
    ]) {
      expect([expression, errorOf(expression).code]).toEqual([expression, "TEMPLATE_LIMIT_EXCEEDED"]);
    }
  });

  it("gives no value that is larger than it looks", () => {
    const doubled = `[text]${".map(x => [x, x])".repeat(MAX_ACCESSORS - 1)}`;
    expect(errorOf(doubled).code).toBe("TEMPLATE_LIMIT_EXCEEDED");
    for (const use of [`json(${doubled})`, `[${doubled}].join('')`, `${doubled} == ${doubled}`, `[${doubled}].includes(${doubled})`]) {
      expect([use, errorOf(use).code]).toEqual([use, "TEMPLATE_LIMIT_EXCEEDED"]);
    }
    expect(errorOf(`range(${MAX_RENDERED_LENGTH / big.length}).map(x => big)`).problem).toContain("a value has at most");
  });

  it("writes no text that is longer than a text can be, whatever JSON makes of its characters and numbers", () => {
    for (const use of ["json(controls)", "string([controls])", "[[controls]].join('')", "[[controls]].unique()"]) {
      expect([use, errorOf(use).problem]).toEqual([use, `the text of a value has at most ${MAX_RENDERED_LENGTH} characters`]);
    }
    expect(() => renderTemplate(parseTemplate("x $expr{[controls]}"), scope)).toThrow(TemplateError);
    for (const use of ["string(thirds)", "{ a: thirds }"]) expect(errorOf(use).problem).toContain("a value has at most");
  });

  it("gives what was there before as it is, however large, and a part of it too", () => {
    for (const part of [
      "scan.files[0].content",
      "scan.files.first().content",
      "scan.files.find(file => file.path == 'a').content",
      "scan.nope ?? scan.files[0].content",
      "scan.files[1]?.content ?? scan.files[0]['content']",
      "1 > 2 ? text : scan.files[0].content",
    ]) {
      // Not `toBe`, which would print it.
      expect([part, value(part) === huge]).toEqual([part, true]);
    }
    for (const made of ["scan.files.map(file => file)", "[scan]", "scan.files[0].content + ''", "[scan][0]", "1 > 2 ? text : [scan]"]) {
      expect([made, errorOf(made).code]).toEqual([made, "TEMPLATE_LIMIT_EXCEEDED"]);
    }
  });

  it("compares and writes nothing that is nested too deep", () => {
    expect(errorOf("deep == alike").problem).toContain("compared at most");
    expect(errorOf("json(deep)").problem).toContain("nested at most");
    expect(errorOf("[deep]").problem).toContain("nested at most");
    expect(value("deep")).toBe(scope.variable("deep"));
  });

  it("searches in a time that grows with the text and not with what is searched for", () => {
    // The search of the runtime takes minutes for this.
    const half = "'a'.padStart(250000, 'a')";
    expect(value(`big.includes(${half} + 'b' + ${half})`)).toBe(false);
    expect(value(`big.split(${half} + 'b' + ${half}).length`)).toBe(1);
    // Nor is anything done for what is too long to be found.
    expect(value("range(150000).filter(x => text.includes(big)).length")).toBe(0);
  });
});
