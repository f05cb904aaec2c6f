import type { Json } from "@dad/protocol";
import { canonicalJson } from "@dad/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Component, flow } from "./component.ts";
import { branchesOf, type ComponentDefinition, type Definition, isBlock } from "./definition.ts";
import { definitionDigest } from "./definition-digest.ts";
import { say } from "./testing-nodes.ts";
import { definitionAt, walk } from "./walk.ts";

type Flow = Component<"flow">;

const IDS = ["a", "b", "c", "d"] as const;
const text = fc.string({ maxLength: 8 });
const LEAF = 3;

/** A flow of at most four elements, nested at most three deep. */
function anyFlow(depth = 0): fc.Arbitrary<Flow> {
  const added = depth === LEAF ? nodes : fc.oneof({ weight: 2, arbitrary: nodes }, { weight: 3, arbitrary: blocks(depth) });
  return fc
    .tuple(fc.constantFrom("f", "g"), fc.array(added, { maxLength: IDS.length }))
    .map(([id, adders]) => adders.reduce((made, add, at) => add(made, IDS[at] ?? "a"), flow(id, { variables: { v: 1 } })));
}

/** Adds an element under an id. */
type Add = (to: Flow, id: string) => Flow;

const nodes: fc.Arbitrary<Add> = text.map((given) => (to, id) => to.node(id, say(given)));

function blocks(depth: number): fc.Arbitrary<Add> {
  const inner = anyFlow(depth + 1);
  const adds: fc.Arbitrary<Add>[] = [
    fc.tuple(inner).map(
      ([body]) =>
        (to, id) =>
          to.component(id, body),
    ),
    fc.tuple(inner, inner, text).map(
      ([yes, no, condition]) =>
        (to, id) =>
          to.conditional(id, { condition, isTrue: yes, isFalse: no }),
    ),
    fc.tuple(inner, text).map(
      ([body, on]) =>
        (to, id) =>
          to.switch(id, { on, cases: { one: body } }),
    ),
    fc.tuple(inner, text).map(
      ([body, items]) =>
        (to, id) =>
          to.forEach(id, { items, body }),
    ),
    fc.tuple(inner, fc.nat(9)).map(
      ([body, start]) =>
        (to, id) =>
          to.map(id, { items: [], start, body }),
    ),
    fc.tuple(inner, fc.integer({ min: 1, max: 9 })).map(
      ([body, max]) =>
        (to, id) =>
          to.while(id, { condition: true, max, body }),
    ),
    fc.tuple(inner, inner).map(
      ([left, right]) =>
        (to, id) =>
          to.parallel(id, { left, right }),
    ),
    fc.tuple(inner, inner).map(
      ([body, handler]) =>
        (to, id) =>
          to.try(id, { body, catch: handler }),
    ),
  ];
  return fc.oneof(...adds);
}

/** All of a definition that is data, without the schemas of its node types. */
function dataOfDefinition(definition: Definition): Json {
  return JSON.parse(
    JSON.stringify(definition, (key, value: unknown) => {
      if (key !== "nodeType") return value;
      const { type, version } = value as { readonly type: string; readonly version: string };
      return { type, version };
    }),
  ) as Json;
}

describe("every definition", () => {
  it("has at each path of its walk what its walk says", () => {
    fc.assert(
      fc.property(anyFlow(), (root) => {
        const placed = [...walk(root)];
        for (const { path, definition } of placed) {
          expect(definitionAt(root, path)).toBe(definition);
          expect(definitionAt(root, path.replaceAll("iter_*", "iter_5"))).toBe(definition);
          expect(definitionAt(root, `${path}.nothing`)).toBeUndefined();
        }
        expect(new Set(placed.map(({ path }) => path.toLowerCase())).size).toBe(placed.length);
      }),
    );
  });

  it("has the digest of its data: the same for equal data, and another one for other data", () => {
    fc.assert(
      fc.property(anyFlow(), anyFlow(), (one, other) => {
        const same = canonicalJson(dataOfDefinition(one)) === canonicalJson(dataOfDefinition(other));
        expect(definitionDigest(one) === definitionDigest(other)).toBe(same);
      }),
    );
  });

  it("has the same data and the same digest when it is made again", () => {
    fc.assert(
      fc.property(anyFlow(), (root) => {
        const again = remade(root) as ComponentDefinition;
        expect(JSON.stringify(dataOfDefinition(again))).toBe(JSON.stringify(dataOfDefinition(root)));
        expect(definitionDigest(again)).toBe(definitionDigest(root));
      }),
    );
  });

  it("has another digest when the text of any one node in it changes, and no other place of it does", () => {
    fc.assert(
      fc.property(anyFlow(), fc.nat(), (root, chosen) => {
        const paths = [...walk(root)].filter(({ definition }) => definition.kind === "node").map(({ path }) => path);
        const path = paths[chosen % Math.max(paths.length, 1)];
        fc.pre(path !== undefined);
        const changed = remade(root, path) as ComponentDefinition;
        expect(definitionDigest(changed)).not.toBe(definitionDigest(root));
        expect([...walk(changed)].map((placed) => placed.path)).toEqual([...walk(root)].map((placed) => placed.path));
      }),
    );
  });
});

/** A deep copy of a definition, in which the node at a path has another text. */
function remade(definition: Definition, changed?: string, path?: string): Definition {
  if (definition.kind === "node") return path !== undefined && path === changed ? say("something else altogether") : { ...definition };
  const at = path ?? (isBlock(definition) ? "" : definition.id);
  const inner = (component: ComponentDefinition, step: string) => remade(component, changed, `${at}.${step}`) as ComponentDefinition;
  if (!isBlock(definition)) {
    const { kind, id, description, variables, elements } = definition;
    const copied = elements.map((element) => ({ ...element, definition: remade(element.definition, changed, `${at}.${element.id}`) }));
    return { kind, id, description, variables: { ...variables }, elements: copied };
  }
  const branches = new Map(branchesOf(definition).map(([step, branch]) => [branch, { ...branch, component: inner(branch.component, step) }]));
  const copy = Object.entries(definition).map(([name, member]: [string, unknown]) => [
    name,
    branches.get(member as never) ?? replaced(member, branches),
  ]);
  return Object.fromEntries(copy) as Definition;
}

/** The branches of a switch and of a parallel stand one level deeper. */
function replaced(member: unknown, branches: ReadonlyMap<unknown, unknown>): unknown {
  if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
  return Object.fromEntries(Object.entries(member).map(([name, inner]: [string, unknown]) => [name, branches.get(inner) ?? inner]));
}
