import type { Json } from "@dad/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TemplateError } from "./errors.ts";
import { parseTemplate } from "./parse-template.ts";
import { templateReferences } from "./references.ts";
import { renderTemplate } from "./render-template.ts";
import { type Scope, scopeOf } from "./scope.ts";
import { escapeValue, renderValue } from "./template-value.ts";

/** What means something in an expression. */
const PIECES = [
  "$var{ $expr{ $hier{ } { ( ) [ ] . ?. , : ? => x list user name n nope __proto__ constructor $ '",
  "+ - * / % == != < >= && || ?? ! in 0 1.5 1e3 'a' \"}\" true null json( range(",
  ".map(x=> .filter(x=> .length .join( .sortBy(x=> .split(",
];
const piece = fc.constantFrom(" ", "\n", ...PIECES.flatMap((line) => line.split(" ")));
const soup = fc.array(piece, { maxLength: 25 }).map((pieces) => pieces.join(""));

const { expression } = fc.letrec<{ expression: string }>((tie) => {
  const inner = tie("expression");
  const joined = (...parts: readonly (string | fc.Arbitrary<string>)[]) =>
    fc.tuple(...parts.map((part) => (typeof part === "string" ? fc.constant(part) : part))).map((texts) => texts.join(""));
  const operator = fc.constantFrom("+", "-", "*", "==", "!=", "<", "&&", "??", " in ");
  return {
    expression: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom("n", "name", "list", "user", "user.name", "x", "nope", "$hier{plan}", "$hier{nope}.a", "1", "'a'", "true", "null"),
      joined("(", inner, ")", operator, "(", inner, ")"),
      joined("(", inner, " ? ", inner, " : ", inner, ")"),
      joined("[", inner, ", ", inner, "]"),
      joined("{ a: ", inner, " }"),
      joined("(", inner, ")", fc.constantFrom(".a", "?.name", "[0]", ".length", ".first()")),
      joined("(", inner, ")[", inner, "]"),
      joined("(", inner, ").", fc.constantFrom("map", "filter", "sortBy"), "(x => ", inner, ")"),
      joined(fc.constantFrom("json", "length", "string", "keys"), "(", inner, ")"),
    ),
  };
});

const values: Readonly<Record<string, Json>> = { n: 2, name: "Ada", list: [2, 1], user: { name: "x" } };

/** What is looked up while a text is rendered, and what comes of it. Lets everything but a TemplateError through. */
function watched(text: string, variables = values) {
  const looked = new Set<string>();
  const known = scopeOf(variables, { plan: { a: 1 } });
  const scope: Scope = {
    ...known,
    variable: (name) => (looked.add(`variable ${name}`), known.variable(name)),
    node: (path) => (looked.add(`node ${path}`), known.node(path)),
  };
  try {
    return { looked, value: renderTemplate(parseTemplate(text), scope) };
  } catch (error) {
    if (error instanceof TemplateError) return { looked, error };
    throw error;
  }
}

describe("rendering", () => {
  it("throws nothing but TemplateError, whatever the text", () => {
    fc.assert(
      fc.property(soup, (text) => {
        expect(() => [watched(text), watched(`$expr{${text}}`)]).not.toThrow();
      }),
      { numRuns: 5000 },
    );
  });

  it("has a position for every error in an expression", () => {
    fc.assert(
      fc.property(expression, (text) => {
        const { error } = watched(`$expr{${text}}`);
        expect(error === undefined || error.position !== undefined).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it("looks up nothing that the references of the template do not name", () => {
    fc.assert(
      fc.property(expression, (text) => {
        const { looked, error } = watched(`$expr{${text}}`);
        const references = templateReferences(parseTemplate(`$expr{${text}}`));
        const named = references.map(({ kind, name }) => `${kind} ${name}`);
        expect(named).toEqual(expect.arrayContaining([...looked]));
        // What is not there and has to be is no surprise to somebody who has read them.
        const lacking = references.some(
          ({ kind, name, optional }) => !optional && (kind === "node" ? name !== "plan" : !Object.hasOwn(values, name)),
        );
        expect(lacking || !error?.message.includes("there is no ")).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it("gives the same for the same, always", () => {
    fc.assert(
      fc.property(expression, (text) => {
        const [one, other] = [watched(`$expr{${text}}`), watched(`$expr{${text}}`)];
        expect(one.value).toEqual(other.value);
        expect(one.error?.message).toBe(other.error?.message);
      }),
    );
  });
});

describe("data", () => {
  const templates = [
    "$var{data}",
    "$expr{data}",
    "$expr{[data].map(x => x)[0]}",
    "$expr{data + ''}",
    "$expr{true ? data : n}",
    "$expr{nope ?? data}",
    "$expr{{ a: data }.a}",
    "$expr{[data].join(',')}",
    "$expr{parseJson(json(data))}",
  ];

  it("is never read as a template or an expression, whatever it holds (D-45)", () => {
    fc.assert(
      fc.property(soup, fc.constantFrom(...templates), (data, template) => {
        const { value, looked } = watched(template, { data });
        expect(value).toBe(data);
        expect([...looked].filter((name) => name !== "variable nope")).toEqual(["variable data"]);
      }),
      { numRuns: 3000 },
    );
  });

  it("stays a key where it is one, and reaches no prototype", () => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    fc.assert(
      fc.property(fc.oneof(soup, fc.constantFrom("__proto__", "constructor", "toString", "length")), (key) => {
        const { error } = watched("$expr{{}[key]}", { key });
        expect(error?.code).toBe("TEMPLATE_REFERENCE_UNKNOWN");
        expect(watched("$expr{key in {}}", { key }).value).toBe(false);
        const object = JSON.parse(`{${JSON.stringify(key)}:1}`) as Json;
        expect(watched("$expr{object[key] + length(object)}", { key, object }).value).toBe(2);
        expect(watched("$expr{object.entries()}", { object }).value).toEqual([{ key, value: 1 }]);
      }),
    );
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
  });

  it("renders as itself once it is escaped", () => {
    fc.assert(
      fc.property(soup, (text) => {
        expect(renderValue(escapeValue([text, { text }]), scopeOf({}))).toEqual([text, { text }]);
      }),
      { numRuns: 2000 },
    );
  });
});
