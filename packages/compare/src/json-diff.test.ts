import type { Json, JsonChange } from "@dad/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonDiff } from "./json-diff.ts";

/** Makes the changes, one after the other, as their format says. */
function applied(before: Json | undefined, changes: readonly JsonChange[]): Json | undefined {
  // Not by `structuredClone`: what stands in two places would still be one object.
  const holder: { root?: unknown } = before === undefined ? {} : { root: JSON.parse(JSON.stringify(before)) as unknown };
  for (const change of changes) apply(holder, change);
  return holder.root as Json | undefined;
}

function apply(holder: object, change: JsonChange): void {
  const steps = `/root${change.path}`
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = steps.pop() ?? "";
  let parent = holder as Record<string, unknown>;
  for (const step of steps) parent = parent[step] as Record<string, unknown>;
  const comes = "after" in change;
  if (Array.isArray(parent)) parent.splice(Number(last), "before" in change ? 1 : 0, ...(comes ? [change.after] : []));
  else if (comes) Object.defineProperty(parent, last, { value: change.after, enumerable: true, configurable: true, writable: true });
  else delete parent[last];
}

/** JSON has one zero. */
const json = () => fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)) as Json);
/** Values that have much in common. */
const similar = () =>
  fc.tuple(
    fc.array(fc.constantFrom(1, 2, [1], { a: 1 }, { a: 2, b: "x" }), { maxLength: 12 }),
    fc.array(fc.constantFrom(1, 2, [2], { a: 1 }, { a: 3 }), { maxLength: 12 }),
  );

describe("jsonDiff", () => {
  it("gives changes that make the value after of the one before", () => {
    const made = (before: Json, after: Json) => {
      expect(applied(before, jsonDiff(before, after, Infinity)?.changes ?? [])).toEqual(after);
    };
    fc.assert(fc.property(json(), json(), made));
    fc.assert(fc.property(similar(), ([before, after]) => made(before, after)));
  });

  it("finds nothing between a value and its copy", () => {
    fc.assert(
      fc.property(json(), (value) => {
        expect(jsonDiff(value, structuredClone(value))).toBeUndefined();
      }),
    );
  });

  it("finds what came into an array and what changed in it", () => {
    expect(jsonDiff({ list: [{ n: 1 }, { n: 2 }, 3] }, { list: [0, { n: 1 }, { n: 5 }, 3] })?.changes).toEqual([
      { path: "/list/0", after: 0 },
      { path: "/list/2/n", before: 2, after: 5 },
    ]);
  });

  it("escapes names as JSON Pointer does", () => {
    expect(jsonDiff({ "a/b": { "~": 1 } }, { "a/b": { "~": 2 } })?.changes).toEqual([{ path: "/a~1b/~0", before: 1, after: 2 }]);
  });

  it("tells what is there from what is null", () => {
    expect(jsonDiff({ a: null }, {})).toEqual({ changes: [{ path: "/a", before: null }], omitted: 0 });
    expect(jsonDiff(undefined, null)).toEqual({ changes: [{ path: "", after: null }], omitted: 0 });
  });

  it("shows of texts of several lines how they differ", () => {
    expect(jsonDiff("a\nb\n", "a\nc\n")?.changes[0]).toMatchObject({ path: "", text: { added: 1, removed: 1 } });
    expect(jsonDiff("a\n", "b\n")?.changes).toEqual([{ path: "", before: "a\n", after: "b\n" }]);
  });

  it("counts what is beyond its bound", () => {
    const [before, after] = [Array.from({ length: 300 }, (_, n) => n), Array.from({ length: 300 }, (_, n) => -1 - n)];
    expect(jsonDiff(before, after, 10)).toMatchObject({ omitted: 290, changes: { length: 10 } });
    expect(jsonDiff(before, after)).toMatchObject({ omitted: 100 });
  });
});
