import { describe, expect, it } from "vitest";
import { z } from "zod";
import { agent, type ComponentOptions, flow, type NodeOptions } from "./component.ts";
import type { ComponentDefinition } from "./definition.ts";
import { definitionDigest } from "./definition-digest.ts";
import { say, shout } from "./testing-nodes.ts";
import { variable } from "./variable.ts";

const base = (options: ComponentOptions = {}) => flow("f", { variables: { a: 1, b: 2 }, ...options });
const filled = (options: ComponentOptions = {}) => base(options).node("x", say("x")).node("y", say("y"));
const digest = definitionDigest(filled());

describe("the digest of a component", () => {
  it("does not depend on descriptions, on the order of members, or on who makes it", () => {
    expect(definitionDigest(filled({ description: "Says.", variables: { b: 2, a: 1 } }))).toBe(digest);
    const { kind, id, variables, elements } = filled();
    expect(definitionDigest({ kind, id, variables, elements, description: undefined })).toBe(digest);
  });

  it("is the same on every machine", () => {
    expect(digest).toBe("sha256:27a71386c7c2af35d063887f2329652ca9dbfb6fd81a53e7e070c8c1361221e9");
  });

  it.each<[string, ComponentDefinition]>([
    ["an id", base().node("z", say("x")).node("y", say("y"))],
    ["the order", base().node("y", say("y")).node("x", say("x"))],
    ["a setting", base().node("x", say("X")).node("y", say("y"))],
    [
      "a node type",
      base()
        .node("x", say("x", "1", "shout"))
        .node("y", say("y")),
    ],
    ["a version of a node type", base().node("x", say("x", "2")).node("y", say("y"))],
    ["a value of a variable", filled({ variables: { a: 1, b: 3 } })],
    ["a variable that has to be given", filled({ variables: { a: 1, b: variable() } })],
    ["what a variable has to fit", filled({ variables: { a: 1, b: variable(z.int(), 2) } })],
    ["one variable more", filled({ variables: { a: 1, b: 2, c: null } })],
    [
      "the kind",
      agent("f", { variables: { a: 1, b: 2 } })
        .node("x", say("x"))
        .node("y", say("y")),
    ],
    [
      "the id of the root",
      flow("g", { variables: { a: 1, b: 2 } })
        .node("x", say("x"))
        .node("y", say("y")),
    ],
    ["an element", base().node("x", say("x"))],
    ["the nesting", base().component("x", flow("x").node("x", say("x")).node("y", say("y")))],
  ])("differs with %s", (_what, definition) => {
    expect(definitionDigest(definition)).not.toBe(digest);
  });

  it("differs with what a schema wants", () => {
    const wanting = (schema: z.ZodType) => definitionDigest(flow("f", { variables: { a: variable(schema) } }));
    expect(wanting(z.string())).toBe(wanting(z.string()));
    expect(new Set([z.string(), z.string().min(1), z.int(), z.object({ a: z.string() })].map(wanting)).size).toBe(4);
  });

  it("differs with the flags of a pattern, wherever it stands", () => {
    const inside = (pattern: RegExp) =>
      definitionDigest(flow("f", { variables: { a: variable(z.object({ b: z.string().regex(pattern).optional() })) } }));
    expect(inside(/^a.b$/)).not.toBe(inside(/^a.b$/i));
    expect(inside(/^a.b$/s)).not.toBe(inside(/^a.b$/i));
    expect(inside(/^a.b$/i)).toBe(inside(/^a.b$/i));
  });

  it("takes schemas that no JSON Schema can say, and those that refer to themselves", () => {
    const Tree = z.object({
      value: z.string(),
      get children() {
        return z.array(Tree);
      },
    });
    for (const schema of [z.date(), z.string().transform((text) => text.length), z.custom<string>(() => true), Tree])
      expect(definitionDigest(flow("f", { variables: { a: variable(schema) } }))).toMatch(/^sha256:/);
  });
});

describe("the digest of a node's use", () => {
  const made = (options: NodeOptions<{ text: string }> = {}) => definitionDigest(flow("f").node("a", shout({ text: "x" }), options));

  it.each<[string, NodeOptions<{ text: string }>]>([
    ["a timeout", { timeoutMs: 5 }],
    ["retries", { retry: { attempts: 3, on: "any" } }],
    ["waits", { sleepBeforeMs: 1, sleepAfterMs: 2 }],
    ["record settings", { record: { outcome: { enabled: false }, files: { path: "x" } } }],
    ["a failure that means what it means anyway", { onFailure: "fail" }],
  ])("is the same with %s", (_what, options) => {
    expect(made(options)).toBe(made());
  });

  it("differs with what a failure means, with the effect and with the key", () => {
    const options: NodeOptions<{ text: string }>[] = [
      {},
      { onFailure: "continue" },
      { onFailure: { fallback: { text: "a" } } },
      { onFailure: { fallback: { text: "b" } } },
      { effect: "effectful" },
      { idempotencyKey: "a" },
    ];
    expect(new Set(options.map(made)).size).toBe(options.length);
  });
});

describe("the digest of a block", () => {
  const inner = flow("inner", { variables: { v: 1 } }).node("a", say("a"));
  const other = flow("other").node("a", say("a"));
  const f = flow("f");
  /** Each row: what differs, and definitions that are all different from one another. */
  const different: readonly (readonly [string, readonly ComponentDefinition[]])[] = [
    [
      "kinds with the same body",
      [
        f.component("x", inner),
        f.parallel("x", { iter_: inner }),
        f.forEach("x", { items: [1], body: inner }),
        f.map("x", { items: [1], body: inner }),
        f.while("x", { condition: true, max: 1, body: inner }),
      ],
    ],
    [
      "conditions and branches",
      [
        f.conditional("x", { condition: true, isTrue: inner }),
        f.conditional("x", { condition: false, isTrue: inner }),
        f.conditional("x", { condition: "$expr{a}", isTrue: inner }),
        f.conditional("x", { condition: true, isTrue: other }),
        f.conditional("x", { condition: true, isTrue: inner, isFalse: inner }),
        f.conditional("x", { condition: true, isTrue: inner.with({ v: 2 }) }),
      ],
    ],
    [
      "cases",
      [
        f.switch("x", { on: "a", cases: { a: inner } }),
        f.switch("x", { on: "b", cases: { a: inner } }),
        f.switch("x", { on: "a", cases: { b: inner } }),
        f.switch("x", { on: "a", cases: { a: inner }, otherwise: inner }),
      ],
    ],
    [
      "what is gone over",
      [
        f.forEach("x", { items: [1], body: inner }),
        f.forEach("x", { items: [2], body: inner }),
        f.forEach("x", { items: [1], body: inner, start: 1 }),
        f.forEach("x", { items: [1], body: inner, max: 1 }),
        f.forEach("x", { items: [1], body: inner, item: "n" }),
        f.forEach("x", { items: [1], body: inner, index: "n" }),
        f.forEach("x", { items: [1], body: inner, previous: "n" }),
      ],
    ],
    [
      "bounds",
      [
        f.while("x", { condition: true, max: 1, body: inner }),
        f.while("x", { condition: true, max: 2, body: inner }),
        f.while("x", { condition: true, max: 1, body: inner, atMax: "stop" }),
      ],
    ],
    ["names of branches", [f.parallel("x", { a: inner }), f.parallel("x", { b: inner }), f.parallel("x", { a: inner, b: inner })]],
    [
      "what is caught",
      [
        f.try("x", { body: inner, catch: other }),
        f.try("x", { body: inner, catch: other, codes: ["A"] }),
        f.try("x", { body: inner, catch: other, error: "problem" }),
        f.try("x", { body: inner, finally: other }),
        f.try("x", { body: inner, catch: other, finally: other }),
      ],
    ],
    ["values given to a component", [f.component("x", inner), f.component("x", inner.with({ v: 2 })), f.component("x", inner.with({ v: 3 }))]],
  ];

  it.each(different)("differs with %s", (_what, definitions) => {
    expect(new Set(definitions.map((definition) => definitionDigest(definition))).size).toBe(definitions.length);
  });

  it("is the same however fast it goes, and however it is written", () => {
    const mapped = (concurrency: number) => definitionDigest(f.map("x", { items: [1], concurrency, body: inner }));
    expect(mapped(100)).toBe(mapped(1));
    expect(definitionDigest(f.parallel("x", { a: () => inner }))).toBe(definitionDigest(f.parallel("x", { a: inner.with({}) })));
  });

  it("is the same on every machine", () => {
    const everything = agent("a", { variables: { list: variable(z.array(z.string())), tone: "dry" } })
      .conditional("c", { condition: true, isTrue: inner, isFalse: other })
      .switch("s", { on: "a", cases: { a: inner }, otherwise: other })
      .forEach("e", { items: "$expr{list}", body: inner.with({ v: "$var{item}" as never }) })
      .map("m", { items: [1, 2], body: inner })
      .while("w", { condition: "$expr{index < 2}", max: 3, body: inner })
      .parallel("p", { a: inner, b: other })
      .try("t", { body: inner, catch: other, codes: ["A"], finally: inner });
    expect(definitionDigest(everything)).toBe("sha256:beaa8f69e7aa2018956a88533bddca2d9830129c09692a30e79e7501e0e38fc1");
  });
});
