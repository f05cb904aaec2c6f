import type { Json } from "@dad/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TemplateError } from "./errors.ts";
import { MAX_DEPTH } from "./limits.ts";
import { parseTemplate } from "./parse-template.ts";
import { renderTemplate } from "./render-template.ts";
import { scopeOf } from "./scope.ts";
import { compileValue, escapeValue, mapStrings, renderValue } from "./template-value.ts";

const scope = scopeOf({ name: "Ada", list: [1, 2] }, { plan: { operations: [{ path: "$var{name}" }] } });

function nested(levels: number): Json {
  let value: Json = "x";
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

function errorOf(work: () => unknown): TemplateError {
  try {
    work();
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("renderValue", () => {
  it("renders strings at every depth and leaves the rest", () => {
    const value = { a: ["$var{name}", { b: "$expr{list}" }], c: 1, d: null, "$var{name}": true };
    expect(renderValue(value, scope)).toEqual({ a: ["Ada", { b: [1, 2] }], c: 1, d: null, "$var{name}": true });
  });

  it("puts in null like any other value, in a list too", () => {
    expect(renderValue(["$expr{null}", { a: "$expr{[1].find(x => x > 1)}" }, "$expr{name}"], scope)).toEqual([null, { a: null }, "Ada"]);
  });

  it("renders a list as it renders an object of the same values", () => {
    const strings = fc.constantFrom("$expr{null}", "$expr{false}", "$expr{''}", "$expr{0}", "$expr{list}", "$var{name}", "$", "");
    const values = fc.array(fc.oneof(strings, fc.constant(null), fc.array(strings, { maxLength: 2 })));
    fc.assert(
      fc.property(values, (list) => {
        expect(renderValue(list, scope)).toEqual(Object.values(renderValue(Object.fromEntries(list.entries()), scope) as object));
      }),
    );
  });

  it("does not render what it has put in", () => {
    expect(renderValue({ operations: "$expr{$hier{plan}.operations}" }, scope)).toEqual({ operations: [{ path: "$var{name}" }] });
  });

  it("leaves the value that it was given alone", () => {
    const value = Object.freeze({ a: Object.freeze(["$var{name}"]) });
    renderValue(value, scope);
    expect(value).toEqual({ a: ["$var{name}"] });
  });

  it("keeps a key __proto__ a key", () => {
    const rendered = renderValue(JSON.parse('{"__proto__":{"admin":"$var{name}"}}') as Json, scope);
    expect(JSON.stringify(rendered)).toBe('{"__proto__":{"admin":"Ada"}}');
    expect((rendered as { admin?: unknown }).admin).toBeUndefined();
  });

  it.each([
    [{ operations: [{ path: "a/$var{nope}" }] }, "operations[0].path"],
    [{ "a b": "$var{nope}" }, '["a b"]'],
    [["$var{"], "[0]"],
  ])("names the place of the string in %j", (value, place) => {
    const error = errorOf(() => renderValue(value, scope));
    expect(error.place).toBe(place);
    expect(error.details["place"]).toBe(place);
    expect(error.message).toMatch(new RegExp(`^${place.replaceAll(/[[\]]/g, String.raw`\$&`)}, line 1, column [0-9]+: `));
  });

  it("has a limit for the depth of a value", () => {
    expect(renderValue(nested(MAX_DEPTH), scope)).toEqual(nested(MAX_DEPTH));
    expect(errorOf(() => renderValue(nested(MAX_DEPTH + 1), scope)).code).toBe("TEMPLATE_LIMIT_EXCEEDED");
    expect(errorOf(() => renderValue(nested(100_000), scope)).code).toBe("TEMPLATE_LIMIT_EXCEEDED");
  });
});

describe("compileValue", () => {
  it("reads the templates once and renders them for every scope", () => {
    const render = compileValue({ file: "src/$var{name}.ts", parts: ["$expr{n + 1}", { fixed: ["a"] }] });
    expect(render(scopeOf({ name: "a", n: 1 }))).toEqual({ file: "src/a.ts", parts: [2, { fixed: ["a"] }] });
    expect(render(scopeOf({ name: "b", n: 2 }))).toEqual({ file: "src/b.ts", parts: [3, { fixed: ["a"] }] });
  });

  it("gives what has no placeholder as it is, and the rest beside it without copies of it", () => {
    const fixed = { a: ["costs $5", { b: "${HOME}" }], none: null };
    expect(compileValue(fixed)(scope)).toBe(fixed);
    expect((compileValue({ fixed, name: "$var{name}" })(scope) as { fixed: unknown }).fixed).toBe(fixed);
    expect(compileValue("$$var{name}")(scope)).toBe("$var{name}");
  });

  it("finds what is no template before anything is rendered", () => {
    expect(errorOf(() => compileValue({ a: ["$var{"] })).message).toMatch(/^a\[0\], line 1, column 6: /);
  });

  it("gives what each template alone gives, for any value", () => {
    const strings = fc
      .array(fc.constantFrom("$var{name}", "$expr{list}", "$expr{null}", "$$var{name}", "$", "x", "$expr{list[0] + 1}"))
      .map((parts) => parts.join(""));
    const { value } = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof({ maxDepth: 3 }, strings, fc.integer(), fc.array(tie("value")), fc.dictionary(strings, tie("value"))),
    }));
    fc.assert(
      fc.property(value, (any) => {
        const expected = mapStrings(any, (text) => renderTemplate(parseTemplate(text), scope));
        expect(compileValue(any)(scope)).toEqual(expected);
      }),
    );
  });
});

describe("escapeValue", () => {
  it("makes a value that renders as the given one, whatever is in it", () => {
    const strings = fc.array(fc.constantFrom("$var{a}", "$expr{$hier{b}}", "$$hier{", "$", "x")).map((parts) => parts.join(""));
    const { value } = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        strings,
        fc.integer(),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(strings, tie("value"), { maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(value, (any) => {
        expect(JSON.stringify(renderValue(escapeValue(any), scopeOf({})))).toBe(JSON.stringify(any));
      }),
    );
  });
});

describe("mapStrings", () => {
  it("tells every string with its place, and leaves keys and other values", () => {
    const seen: string[] = [];
    const value = { prompt: "a", files: ["b", { "x y": "c" }], n: 1, none: null };
    const mapped = mapStrings(value, (text, place) => {
      seen.push(`${place}=${text}`);
      return text.toUpperCase();
    });
    expect(seen).toEqual(["prompt=a", "files[0]=b", 'files[1]["x y"]=c']);
    expect(mapped).toEqual({ prompt: "A", files: ["B", { "x y": "C" }], n: 1, none: null });
    expect(mapStrings("a", (_text, place) => place)).toBe("");
  });
});
