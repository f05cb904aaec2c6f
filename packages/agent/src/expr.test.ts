import { parseTemplate, renderTemplate, scopeOf } from "@dad/template";
import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import { flow } from "./component.ts";
import { expr } from "./expr.ts";
import type { Reference } from "./reference.ts";
import { scan, settingsOf, shout } from "./testing-nodes.ts";

const valueOf = (reference: { toString(): string }, nodes = {}) => renderTemplate(parseTemplate(String(reference)), scopeOf({}, nodes));

describe("an expression", () => {
  it("is a reference to its value, with the type that its author gives it", () => {
    const many = expr<boolean>`1 + 2 > ${2}`;
    expectTypeOf(many).toEqualTypeOf<Reference<boolean>>();
    expect(valueOf(many)).toBe(true);
  });

  it("takes references, which mean what they mean alone", () => {
    const definition = flow("f")
      .node("scan", scan({ directory: "." }))
      .conditional("c", {
        condition: ({ scan: { files } }) => expr<boolean>`${files.length} > 1`,
        isTrue: flow("yes").node("a", shout({ text: "" })),
      })
      .node("say", (nodes) => shout({ text: expr<string>`${nodes.scan.files}.map(file => file.path + ${"!"}).join(", ")` }));
    const { text } = settingsOf(definition, 2) as { text: string };
    expect(valueOf({ toString: () => text }, { scan: { files: [{ path: "a" }, { path: "b" }] } })).toBe("a!, b!");
  });

  it("can be read further", () => {
    expect(valueOf(expr<{ a: number[] }>`{ a: [1, 2] }`.a[1]!)).toBe(2);
  });

  it("never takes data for anything else", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom('"', "}", "$expr{x}", "${1}", "\\", "'", "` + 1")), (text) => {
        expect(valueOf(expr<string>`${text}`)).toBe(text);
      }),
    );
  });
});

describe("a handler that is a function", () => {
  it("gets a reference to the error", () => {
    const definition = flow("f").try("t", {
      body: flow("b").node("a", shout({ text: "" })),
      catch: ({ error }) => {
        expectTypeOf(error.code).toEqualTypeOf<Reference<string>>();
        return flow("c").node("say", shout({ text: `${error.code} at ${error.path}` }));
      },
    });
    expect(JSON.stringify(definition.elements)).toContain("$expr{error.code} at $expr{error.path}");
  });
});
