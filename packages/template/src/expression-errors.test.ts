import { errorEnvelope, type Json } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { TemplateError } from "./errors.ts";
import { parseTemplate } from "./parse-template.ts";
import { renderTemplate } from "./render-template.ts";
import { scopeOf } from "./scope.ts";

const variables: Readonly<Record<string, Json>> = { name: "Ada", n: 3, yes: true, none: null, list: [3, 1, 2], user: { name: "x", keys: [1] } };

function errorOf(expression: string, values = variables): TemplateError {
  try {
    renderTemplate(parseTemplate(`$expr{${expression}}`), scopeOf(values));
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error(`${expression} has a value`);
}

/** Columns are those of the expression, from 1. */
function expectError(expression: string, column: number): TemplateError {
  const error = errorOf(expression);
  const lines = expression.slice(0, column - 1).split("\n");
  const line = lines.length;
  expect(error.position).toMatchObject({ line, column: (line === 1 ? "$expr{".length : 0) + (lines.at(-1)?.length ?? 0) + 1 });
  return error;
}

describe("what is no expression", () => {
  it.each([
    ["", 1, "expected a value"],
    ["n +", 4, "expected a value"],
    ["(n", 3, 'expected an operator, an accessor or ")"'],
    ["[n", 3, 'expected "," or "]"'],
    ["[n,]", 4, "expected a value"],
    ["f(n", 4, 'expected "," or ")"'],
    ["{ n }", 5, 'expected ":" and a value'],
    ["{ 1: n }", 3, "expected a key"],
    ["{ a: n, b: { a: 1 }, 'a': 2 }", 22, "this key stands in the object twice"],
    ["n n", 3, 'expected an operator, an accessor or "}", but found `n`'],
    ["yes ? 1", 8, 'or ":" and the value otherwise, but found `}`'],
    ["user.", 6, 'expected a name after "."'],
    ["list.0", 6, "an index is written [0]"],
    ["list[0", 7, 'expected "]"'],
    ["01", 2, "but found `1`"],
    ["1e999", 1, "the number is too large"],
    ["+n", 1, "expected a value"],
    ["n; n", 2, "but found `;`"],
    ['"a', 1, "this text is not closed"],
    ['"a\nb"', 1, "a line break (write \\n)"],
    [String.raw`'a\x'`, 1, "a back slash before another character"],
    ["n\n+ ?", 5, "but found `?`"],
    ["$var{n}", 1, "a variable is its name alone"],
    ["$hier{a b}", 9, 'expected "}" after the path of a node'],
    ["list.map((a, a) => 1)", 10, 'two parameters are called "a"'],
    ["list.map(null => 1)", 10, "`null` is a value, and no name"],
    ["list.map((a, True) => 1)", 14, "`True` means nothing here: write true"],
    ["list.map(in => 1)", 10, "`in` means nothing here: it stands between"],
    ["in + 1", 1, "`in` means nothing here"],
    ["n in in", 6, "`in` means nothing here"],
    ["list.map((a, b, c) => 1)", 12, "but found `,`"],
    ["n ?? 1 || yes", 8, "?? and || beside each other need parentheses"],
    ["yes && n ?? 1", 10, "&& and ?? beside each other need parentheses"],
    ["n ?? 1 && yes", 8, "?? and && beside each other need parentheses"],
    ["yes || n ?? 1", 10, "|| and ?? beside each other need parentheses"],
    ["list.map(1)", 6, "map() takes a function (x => …)"],
    ["list.map()", 6, "map() takes a function (x => …); here is nothing"],
    ["list.join(x => x)", 6, "join() takes a text"],
    ["list.slice(1, 2, 3)", 6, "slice() takes perhaps a whole number, perhaps a whole number"],
    ["min()", 1, "min() takes a value, perhaps a value; here is nothing"],
  ])("refuses %j at column %i", (expression, column, problem) => {
    const error = expectError(expression, column);
    expect(error.code).toBe("TEMPLATE_INVALID");
    expect(error.problem).toContain(problem);
  });

  it.each([
    ["py: 1 + 1", 1, "Python is not evaluated"],
    ["yes and yes", 5, "write &&"],
    ["(yes or n)", 6, "write || between conditions, and ?? before a default"],
    ["not yes", 1, "write !"],
    ["n is null", 3, "write =="],
    ["1 not in list", 3, "!(…) around a condition"],
    ["n = 3", 3, "to compare, write =="],
    ["n === 3", 3, "write =="],
    ["n !== 3", 3, "write !="],
    ["True", 1, "write true"],
    ["n == None", 6, "write null"],
    ["x => x", 3, "only be an argument"],
  ])("says what is written instead of %j", (expression, column, instead) => {
    const error = expectError(expression, column);
    expect(error.code).toBe("TEMPLATE_INVALID");
    expect(error.problem).toContain("means nothing here");
    expect(error.problem).toContain(instead);
  });
});

describe("what is not there", () => {
  it.each([
    ["nmae", 1, 'there is no variable "nmae"; did you mean "name"?', "name"],
    ["nmae?.x", 1, 'there is no variable "nmae"; did you mean "name"?', "name"],
    ["[1].map(item => missing)", 17, 'there is no variable "missing"', undefined],
    ["[1].map(item => item).concat([item])", 31, 'there is no variable "item"', undefined],
    ["user.nmae ?? user.nmae", 18, 'user has no .nmae; did you mean "name"?', "name"],
    ["(user.nope ?? user).nope", 20, "has no .nope", undefined],
    ["(n > 1 ? user : list).nope", 22, "has no .nope", undefined],
    ["none.x", 5, "none has no .x: it is null", undefined],
    ["(user?.nope).x", 13, "has no .x: it is null", undefined],
    ["list[n]", 5, "list has no [3]: it is a list of 3", undefined],
    ["length(user.keys[1])", 17, "user.keys has no [1]: it is a list of 1", undefined],
    ["lenght(list)", 1, 'there is no function lenght(); did you mean "length"?', "length"],
    ["constructor(list)", 1, "there is no function constructor()", undefined],
    ["list.mapp(x => x)", 6, 'nothing has a method mapp(); did you mean "map"?', "map"],
    ["list.push(1)", 6, "nothing has a method push()", undefined],
    ["user.constructor()", 6, "nothing has a method constructor()", undefined],
    ["len(list)", 1, "there is no function len(); write length(…)", undefined],
    ["not(yes)", 1, "write !(…)", undefined],
    ["map(list, x => x)", 1, "it is a method: write value.map(…)", undefined],
    ["user.json()", 6, "it is a function: write json(…)", undefined],
    ["missing ?? list.nope(1)", 17, "nothing has a method nope()", undefined],
    ["user.name.nope() ?? 1", 11, "nothing has a method nope()", undefined],
    ["[missing] ?? 1", 2, 'there is no variable "missing"', undefined],
    ["user[missing] ?? 1", 6, 'there is no variable "missing"', undefined],
  ])("refuses %j at column %i", (expression, column, ...[problem, suggestion]) => {
    const error = expectError(expression, column);
    expect(error.code).toBe("TEMPLATE_REFERENCE_UNKNOWN");
    expect(error.problem).toContain(problem);
    expect(error.details["suggestion"]).toBe(suggestion);
  });
});

describe("values of another type", () => {
  it.each([
    ["name || 'x'", 1, "`name` is a text, not true or false; for a default, write ??"],
    ["false || 'x'", 10, "`'x'` is a text, not true or false; for a default, write ??"],
    ["n && yes", 1, "`n` is a number, not true or false; write … != 0"],
    ["yes && none", 8, "`none` is null, not true or false; write … != null"],
    ["!list", 2, "`list` is a list, not true or false; write ….length > 0"],
    ["user ? 1 : 2", 1, "`user` is an object, not true or false; write … != null"],
    ["list.filter(x => x)", 18, "`x` is a number, not true or false"],
    ["-name", 2, "`name` is a text; - takes a number"],
    ["name - 1", 6, "- takes two numbers; here are a text and a number"],
    ["n * none", 3, "* takes two numbers; here are a number and null"],
    ["n + none", 3, "+ adds two numbers or joins two texts; here are a number and null"],
    ["'a' + none", 5, "here are a text and null. Write json(…), or ?? and a default"],
    ["list + list", 6, "here are a list and a list"],
    ["1 / (n - 3)", 3, "nothing can be divided by zero"],
    ["1 % 0", 3, "nothing can be divided by zero"],
    ["1e308 * 10", 7, "too large a number"],
    ["[1e308, 1e308].sum()", 15, "too large a number"],
    ["n < name", 3, "< compares two numbers or two texts; here are a number and a text"],
    ["none > none", 6, "> compares two numbers or two texts"],
    ["1 < 2 < 3", 7, "here are true or false and a number"],
    ["n in n", 3, "in looks for an item in a list, or for a key in an object"],
    ["'d' in name", 5, "write text.includes(part)"],
    ["list[-1]", 6, "from the end, write .last() or .slice(-2)"],
    ["list[0.5]", 6, "an index is a whole number from 0"],
    ["list[yes]", 6, "a key is a text or an index; here it is true or false"],
    ["name.map(x => x)", 5, "`name` is a text, and only a list has map()"],
    ["n.slice(1)", 2, "only a list or a text has slice()"],
    ["list.keys()", 5, "only an object has keys()"],
    ["list.join(1)", 11, "`1` is a number; join() takes a text here"],
    ["list.slice(0.5)", 12, "takes a whole number here"],
    ["[1, 'a'].sort()", 9, "all numbers or all texts; here are"],
    ["[1, 'a'].sum()", 9, "item 1 of the list is not a number"],
    ["max([])", 1, "an empty list"],
    ["min(1, 'a')", 1, "item 1 of the list is not a number"],
    ["max(user)", 1, "two numbers, or a list of numbers"],
    ["length(n)", 1, "lists, texts and objects have a length; this is a number"],
    ["number('1 2')", 1, "the text is not a number"],
    ["number('0x10')", 1, "the text is not a number"],
    ["number('1e999')", 1, "the text is not a number"],
    ["parseJson('{')", 1, "the text is not JSON"],
    ["parseJson('[1e999]')", 1, "too large"],
    ["name.split('')", 5, "say what is between the parts"],
  ])("refuses %j at column %i", (expression, column, problem) => {
    const error = expectError(expression, column);
    expect(error.code).toBe("TEMPLATE_VALUE_INVALID");
    expect(error.problem).toContain(problem);
  });

  it("are named by their types: a message holds no value", () => {
    const secret = "s3cret";
    for (const expression of ["x - 1", "x || 1", "parseJson(x)", "number(x)", "x.map(y => y)", "-x"]) {
      const error = errorOf(expression, { x: secret });
      expect(error.code).toBe("TEMPLATE_VALUE_INVALID");
      expect(JSON.stringify(errorEnvelope(error))).not.toContain(secret);
    }
  });
});
