import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TemplateError } from "./errors.ts";
import { MAX_ACCESSORS, MAX_TEMPLATE_LENGTH } from "./limits.ts";
import { escapeTemplate, parseTemplate } from "./parse-template.ts";
import { templateReferences } from "./references.ts";
import { renderTemplate } from "./render-template.ts";
import { scopeOf } from "./scope.ts";

const NOTHING = scopeOf({});

/** The TemplateError that the work throws, if it throws. Lets everything else through. */
function attempt(work: () => unknown): TemplateError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
}

function errorOf(text: string): TemplateError {
  const error = attempt(() => parseTemplate(text));
  if (!error) throw new Error(`${text} is a template`);
  return error;
}

/** Any code units, also lone surrogates. */
const utf16 = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units));

/** Texts made of the pieces that mean something, so that fuzzing gets past the first character. */
const pieces = fc.constantFrom(
  "$var{",
  "$expr{",
  "$hier{",
  "$$",
  "$",
  "{",
  "}",
  ".",
  "[",
  "]",
  '"',
  "\\",
  "0",
  "12",
  "a",
  "b.c",
  " ",
  "\n",
  "é",
  "\ud800",
  "x-y",
  "var{",
);
const hostileText = fc.oneof(
  fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join("")),
  fc.string(),
  utf16,
);

describe("parseTemplate", () => {
  it("takes a text without placeholders as it is", () => {
    expect(parseTemplate("costs $5, ${HOME}, $(x), {a}, $varx, $ var{a}").parts).toEqual(["costs $5, ${HOME}, $(x), {a}, $varx, $ var{a}"]);
    expect(parseTemplate("").parts).toEqual([]);
  });

  it("gives an immutable result", () => {
    const template = parseTemplate("a $expr{b.c}");
    expect(Object.isFrozen(template)).toBe(true);
    const part = template.parts[1];
    if (typeof part !== "object" || part.expression.kind !== "chain") throw new Error("no chain");
    expect([part, part.expression, part.expression.steps, part.expression.steps[0]].every(Object.isFrozen)).toBe(true);
  });

  it.each([
    ["$var{", [1, 6], "expected the name of a variable, but found the end of the text"],
    ["$var{}", [1, 6], "expected the name of a variable, but found `}`"],
    ["$var{a b}", [1, 8], 'expected "}", or an accessor (.name, [0] or ["key"])'],
    ["$var{a.}", [1, 8], 'expected a name after "."'],
    ["$var{a.0}", [1, 8], "an index is written [0]"],
    ["$var{a[01]}", [1, 9], 'expected "]", but found `1`'],
    ["$var{a[-1]}", [1, 8], "expected an index from 0, or a key in quotes, but found `-`"],
    ["$var{a[99999999999999999999]}", [1, 8], "expected an index from 0"],
    ["$var{a[b]}", [1, 8], "expected an index from 0, or a key in quotes, but found `b`"],
    ["$var{a + 1}", [1, 8], "more than that is written $expr{…}, but found `+`"],
    ['$var{a["b}', [1, 8], "this text is not closed"],
    ["$var{$hier{a}}", [1, 6], "$expr{$hier{…}}"],
    ["$expr{}", [1, 7], "expected a value: a variable, $hier{…}, a number, a text in quotes"],
    ["$expr{$hier{}}", [1, 13], "expected the id of a node"],
    ["$expr{$hier{a..b}}", [1, 14], 'expected "}" after the path of a node'],
    ["$expr{$hier{a}", [1, 15], "but found the end of the text"],
    ["$hier{a}", [1, 1], "write $expr{$hier{…}}"],
    ["one\ntwo $var{1}", [2, 10], "expected the name of a variable, but found `1`"],
    [`$var{a ${"x".repeat(100)}}`, [1, 8], `found \`${"x".repeat(20)}…\``],
  ] as const)("refuses %j at line and column %j", (text, [line, column], problem) => {
    const error = errorOf(text);
    expect(error.code).toBe("TEMPLATE_INVALID");
    expect(error.position).toMatchObject({ line, column });
    expect(error.message).toContain(`line ${line}, column ${column}: `);
    expect(error.problem).toContain(problem);
  });

  it("has limits for the length of the text and of a reference", () => {
    expect(errorOf("x".repeat(MAX_TEMPLATE_LENGTH + 1)).code).toBe("TEMPLATE_LIMIT_EXCEEDED");
    expect(errorOf(`$var{a${"[0]".repeat(MAX_ACCESSORS + 1)}}`).problem).toContain(`at most ${MAX_ACCESSORS} accessors`);
    expect(parseTemplate(`$var{a${"[0]".repeat(MAX_ACCESSORS)}}`).parts).toHaveLength(1);
  });

  // Each of these takes minutes when the work grows with the square of the length.
  it.each([
    ["dollars", "$".repeat(MAX_TEMPLATE_LENGTH)],
    ["dollars before a word", `${"$".repeat(MAX_TEMPLATE_LENGTH - 3)}var`],
    ["parentheses", `$expr{${"(".repeat(MAX_TEMPLATE_LENGTH - 10)}`],
    ["signs", `$expr{${"-".repeat(MAX_TEMPLATE_LENGTH - 10)}`],
    ["a sum", `$expr{1${"+1".repeat(MAX_TEMPLATE_LENGTH / 2 - 10)}}`],
    ["a list", `$expr{[${"1,".repeat(MAX_TEMPLATE_LENGTH / 2 - 10)}1]}`],
    ["digits", `$expr{1${"0".repeat(MAX_TEMPLATE_LENGTH - 10)}`],
    ["calls", `$expr{a${".map(x => x".repeat(MAX_TEMPLATE_LENGTH / 10 - 10)}`],
    ["an open string", `$expr{"${"x".repeat(MAX_TEMPLATE_LENGTH - 10)}`],
    ["back slashes", `$expr{"${"\\\\".repeat(MAX_TEMPLATE_LENGTH / 2 - 10)}`],
    ["a long string", `$expr{"${"x".repeat(MAX_TEMPLATE_LENGTH - 10)}"}`],
    ["a long node path", `$expr{$hier{${"a.".repeat(MAX_TEMPLATE_LENGTH / 2 - 10)}`],
    ["white space", `$expr{${" ".repeat(MAX_TEMPLATE_LENGTH - 10)}`],
    ["many placeholders", "$var{a}\n".repeat(MAX_TEMPLATE_LENGTH / 8)],
  ])("reads the longest text of %s in linear time", (_name, text) => {
    attempt(() => templateReferences(parseTemplate(text)));
    expect(escapeTemplate(text).length).toBeGreaterThanOrEqual(text.length);
  });

  it("throws nothing but TemplateError, whatever the text", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(() => attempt(() => renderTemplate(parseTemplate(text), NOTHING))).not.toThrow();
      }),
      { numRuns: 2000 },
    );
  });
});

describe("escapes", () => {
  it.each([
    ["$$var{a}", "$var{a}"],
    ["$$expr{a + b}", "$expr{a + b}"],
    ["$$hier{a}", "$hier{a}"],
    ["$$$var{a}", "$$var{a}"],
    ["$$", "$$"],
    ["$$var", "$$var"],
  ])("renders %j as %j", (template, text) => {
    expect(renderTemplate(parseTemplate(template), NOTHING)).toBe(text);
  });

  it("do not reach what follows", () => {
    expect(renderTemplate(parseTemplate("$$var{$var{a}}"), scopeOf({ a: "1" }))).toBe("$var{1}");
  });

  it("leave a way to put a dollar before a value", () => {
    expect(renderTemplate(parseTemplate('$expr{"$"}$var{price}'), scopeOf({ price: 5 }))).toBe("$5");
  });

  it("make a template of any text that renders as the text", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(renderTemplate(parseTemplate(escapeTemplate(text)), NOTHING)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });
});
