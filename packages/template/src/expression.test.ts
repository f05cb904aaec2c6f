import type { Json } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { parseTemplate } from "./parse-template.ts";
import { renderTemplate } from "./render-template.ts";
import { scopeOf } from "./scope.ts";

const scope = scopeOf(
  {
    name: "Ada",
    n: 3,
    yes: true,
    none: null,
    list: [3, 1, 2],
    files: [
      { path: "b.ts", size: 20 },
      { path: "a.ts", size: 10 },
      { path: "c.ts", size: 20 },
    ],
    user: { name: "Ada", mail: null, length: "tall" },
    proto: JSON.parse('{"__proto__":{"a":1},"constructor":2}') as Json,
    face: "a😀b",
  },
  { plan: { steps: [{ path: "x" }], summary: "do" }, "loop.iter_0.check": { ok: true } },
);

function value(expression: string): Json {
  return renderTemplate(parseTemplate(`$expr{${expression}}`), scope);
}

describe("literals", () => {
  it.each<[string, Json]>([
    ["0", 0],
    ["12", 12],
    ["1.5", 1.5],
    ["2e3", 2000],
    ["1.5E-1", 0.15],
    ["-1", -1],
    ["-0", 0],
    ["true", true],
    ["false", false],
    ["null", null],
    ['"a"', "a"],
    ["'a'", "a"],
    [String.raw`"\"\\\/\b\f\n\r\té\'"`, "\"\\/\b\f\n\r\té'"],
    [String.raw`'it\'s "so"'`, `it's "so"`],
    [`"}"`, "}"],
    [`"$var{n} $expr{n}"`, "$var{n} $expr{n}"],
    ["[]", []],
    ["[1, [n], 'x']", [1, [3], "x"]],
    ["{}", {}],
    [`{ "a b": 1, c: [n], true: {} }`, { "a b": 1, c: [3], true: {} }],
  ])("%s is %j", (expression, expected) => {
    expect(value(expression)).toEqual(expected);
  });

  it("keep a key __proto__ a key", () => {
    expect(JSON.stringify(value(`{ "__proto__": { admin: true }, constructor: 1 }`))).toBe('{"__proto__":{"admin":true},"constructor":1}');
    expect(value(`{ "__proto__": { admin: true } } == {}`)).toBe(false);
  });
});

describe("operators", () => {
  it.each<[string, Json]>([
    ["1 + 2 * 3", 7],
    ["(1 + 2) * 3", 9],
    ["10 - 3 - 2", 5],
    ["12 / 2 / 3", 2],
    ["7 % 4", 3],
    ["-7 % 4", -3],
    ["0 * -1", 0],
    ["n + 1 > n == yes", true],
    ["!yes || n < 4 && n > 2", true],
    ["1 + n == 4 ? 'four' : 'other'", "four"],
    ["n > 5 ? 'big' : n > 2 ? 'middle' : 'small'", "middle"],
    ["yes?[n]:1", [3]],
    ["--n", 3],
    ["!!yes", true],
    ["'a' + 'b'", "ab"],
    ["'iter_' + n", "iter_3"],
    ["yes + '!'", "true!"],
    ["'a' < 'b'", true],
    ["'a' >= 'b'", false],
    ["2 <= 2", true],
    ["1 == '1'", false],
    ["null == false", false],
    ["[1, { a: [2] }] == [1, { a: [2] }]", true],
    ["{ a: 1, b: 2 } == { b: 2, a: 1 }", true],
    ["{ a: 1 } == { b: 1 }", false],
    ["[] == {}", false],
    ["list != [3, 1, 2]", false],
    ["1 in list", true],
    ["{ path: 'x' } in $hier{plan}.steps", true],
    ["'name' in user", true],
    ["'toString' in user", false],
    ["!('x' in user)", true],
    ["false && missing", false],
    ["true || missing", true],
    ["yes ? 1 : missing", 1],
  ])("%s is %j", (expression, expected) => {
    expect(value(expression)).toEqual(expected);
  });

  it("join what stands in lines of their own", () => {
    expect(value("\n  'a'\n  + 'b'\n")).toBe("ab");
  });
});

describe("access", () => {
  it.each<[string, Json]>([
    ["list[0]", 3],
    ["list[n - 1]", 2],
    ["files[list[1]].path", "a.ts"],
    [`user["name"]`, "Ada"],
    ["user['na' + 'me']", "Ada"],
    ["$hier{plan}.steps[0].path", "x"],
    ["$hier{ loop.iter_0.check }.ok", true],
    ["[1, 2][1]", 2],
    ["{ a: { b: 1 } }.a.b", 1],
    ["(user).name", "Ada"],
    ["list.length", 3],
    ["name.length", 3],
    ["user.length", "tall"],
    ["proto.__proto__.a + proto.constructor", 3],
    ["user?.nope", null],
    ["user?.nope.deep[0].upper()", null],
    ["none?.x", null],
    ["none?.[0]", null],
    ["none?.upper()", null],
    ["list?.[7]", null],
    ["user?.name", "Ada"],
    ["user.mail", null],
  ])("%s is %j", (expression, expected) => {
    expect(value(expression)).toEqual(expected);
  });
});

describe("defaults", () => {
  it.each<[string, Json]>([
    ["none ?? 1", 1],
    ["false ?? 1", false],
    ["0 ?? 1", 0],
    ["'' ?? 1", ""],
    ["missing ?? 1", 1],
    ["missing.a[0]['b'].trim() ?? 1", 1],
    ["$hier{other}.a ?? 1", 1],
    ["user.nope ?? 1", 1],
    ["user.mail.host ?? 1", 1],
    ["user.mail.upper() ?? 1", 1],
    ["list[9] ?? 1", 1],
    ["n.x ?? 1", 1],
    ["missing ?? none ?? other ?? 2", 2],
    ["(missing ?? other) ?? 2", 2],
    ["(missing) ?? 1", 1],
    ["missing ?? n + 1", 4],
    ["(missing ?? false) || yes", true],
    ["missing ?? yes ? 1 : 2", 1],
  ])("%s is %j", (expression, expected) => {
    expect(value(expression)).toEqual(expected);
  });
});

describe("methods", () => {
  it.each<[string, Json]>([
    ["list.map(x => x * 2)", [6, 2, 4]],
    ["list.map((x, i) => i + ':' + x)", ["0:3", "1:1", "2:2"]],
    ["list.map((x) => [x])", [[3], [1], [2]]],
    ["list.filter(x => x > 1)", [3, 2]],
    ["list.filter((x, i) => i == 0)", [3]],
    ["files.find(f => f.size < 15).path", "a.ts"],
    ["list.find(x => x > 9)", null],
    ["list.some(x => x == 1)", true],
    ["list.every(x => x == 1)", false],
    ["list.sort()", [1, 2, 3]],
    ["['b', 'B', 'a', 'é'].sort()", ["B", "a", "b", "é"]],
    ["files.sortBy(f => f.size).map(f => f.path)", ["a.ts", "b.ts", "c.ts"]],
    ["files.sortBy(f => -f.size).map(f => f.path)", ["b.ts", "c.ts", "a.ts"]],
    ["list.join(', ')", "3, 1, 2"],
    ["['a', 1, null, { b: 1 }].join('|')", 'a|1|null|{"b":1}'],
    ["[].join(',')", ""],
    ["list.slice(1)", [1, 2]],
    ["list.slice(0, -1)", [3, 1]],
    ["list.includes(2)", true],
    ["[[1]].includes([1])", true],
    ["list.concat([4])", [3, 1, 2, 4]],
    ["[[1], 2, [[3]]].flat()", [1, 2, [3]]],
    ["list.first() + list.last()", 5],
    ["[].first()", null],
    ["[].last() ?? 'nothing'", "nothing"],
    ["[1, '1', 1, { a: 1 }, { a: 1 }, null].unique()", [1, "1", { a: 1 }, null]],
    ["list.sum()", 6],
    ["[].sum()", 0],
    ["list.reverse()", [2, 1, 3]],
    ["name.upper() + name.lower()", "ADAada"],
    ["'  x '.trim()", "x"],
    ["'a,b,,c'.split(',')", ["a", "b", "", "c"]],
    ["'a.b.c'.replace('.', '$&')", "a$&b$&c"],
    ["'aXXaXX'.replace('XX', '')", "aa"],
    ["name.startsWith('Ad') && name.endsWith('da') && name.includes('d')", true],
    ["name.slice(1, 2) + name.slice(-1)", "da"],
    ["face.slice(0, 2) + '|' + face.slice(2) + '|' + face.slice(-2)", "a|😀b|😀b"],
    [String.raw`'a\r\nb\n\nc\n'.lines()`, ["a", "b", "", "c"]],
    ["''.lines()", []],
    ["'7'.padStart(3, '0') + 'x'.padStart(2)", "007 x"],
    ["'x'.padStart(4, 'ab') + 'long'.padStart(2, '-') + 'x'.padStart(-1)", "abaxlongx"],
    // Half of a character is not there, and is no character.
    ["'x'.padStart(3, '😀')", "😀x"],
    ["'x'.padStart(2, '😀')", "x"],
    ["'x'.padStart(5, 'a😀')", "a😀ax"],
    ["'x'.padStart(6, 'a😀')", "a😀ax"],
    ["user.keys()", ["length", "mail", "name"]],
    ["{ b: 1, a: 2 }.values()", [2, 1]],
    ["{ b: 1, a: 2 }.entries()", [{ key: "a", value: 2 }, { key: "b", value: 1 }]], // prettier-ignore
    ["{ keys: 1 }.keys()", ["keys"]],
    ["{ keys: 1 }.keys", 1],
  ])("%s is %j", (expression, expected) => {
    expect(value(expression)).toEqual(expected);
  });

  it("see the parameters of the functions around, the innermost of a name first", () => {
    expect(value("list.map(x => list.map(y => x * y))")).toEqual([[9, 3, 6], [3, 1, 2], [6, 2, 4]]); // prettier-ignore
    expect(value("list.map(n => [1].map(n => n + 1)[0] + n)")).toEqual([5, 3, 4]);
    expect(value("list.map((x, i) => list.filter(y => y > x).length + i) == [0, 3, 3] && n == 3")).toBe(true);
    expect(value("list.map((x, i) => list.map(y => y).length + i)")).toEqual([3, 4, 5]);
  });

  it("leave the value that they are called on alone", () => {
    const frozen = scopeOf({ list: Object.freeze([2, 1]) });
    const text = "$expr{[list.sort(), list.reverse(), list.sortBy(x => x), list]}";
    expect(renderTemplate(parseTemplate(text), frozen)).toEqual([[1, 2], [1, 2], [1, 2], [2, 1]]); // prettier-ignore
  });
});

describe("functions", () => {
  it.each<[string, Json]>([
    ["[length(list), length(name), length(user), length({})]", [3, 3, 3, 0]],
    ["keys({ b: 1, a: { c: 2 } })", ["a", "b"]],
    ["values({ b: 1, a: 2 })", [2, 1]],
    ["entries({ a: 2 })[0].key", "a"],
    ["json({ b: 'x', a: [1] })", '{"a":[1],"b":"x"}'],
    ["json('x')", '"x"'],
    [`parseJson('{ "a": [1] }').a`, [1]],
    ["number(' 1.5e1 ')", 15],
    ["string(12) + string('a') + string([1])", "12a[1]"],
    ["min(2, 1) + max(2, 3) + min(list) + max(list)", 8],
    ["[abs(-1), floor(-1.5), ceil(1.2), round(2.5), round(-0.4), ceil(-0.5)]", [1, -2, 2, 3, 0, 0]],
    ["range(3)", [0, 1, 2]],
    ["range(2, 4)", [2, 3]],
    ["range(0).concat(range(3, 1))", []],
  ])("%s is %j", (expression, expected) => {
    expect(value(expression)).toEqual(expected);
  });

  it("take variables of their names for what they are", () => {
    expect(renderTemplate(parseTemplate("$expr{length(length) + keys}"), scopeOf({ length: "ab", keys: 1 }))).toBe(3);
  });
});

describe("an expression in another", () => {
  it.each<[string, Json]>([
    ["$expr{n} + 1", 4],
    ["$expr{$hier{plan}.steps}.length > 0", true],
    ["$expr{n ?? 1} * $expr{$expr{n}}", 9],
    ["list.map(n => n + $expr{n})", [6, 4, 5]],
    ["$expr{nope} ?? 'none'", "none"],
  ])("means what it means alone: %s", (expression, expected) => {
    expect(value(expression)).toEqual(expected);
  });

  it("is closed by its brace", () => {
    expect(() => value("($expr{n + 1)")).toThrow('"}" after an expression in another');
  });
});
