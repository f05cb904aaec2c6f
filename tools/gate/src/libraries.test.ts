import { describe, expect, it } from "vitest";
import type { Layer } from "./layers.ts";
import { libraryRefusal } from "./libraries.ts";

const sources = { contract: false };
const contract = { contract: true };

describe("libraryRefusal", () => {
  it.each<[string, Layer, string]>([
    ["disk", "foundation", "lodash"],
    ["artifacts", "port", "lodash"],
    ["artifacts", "port", "eventemitter3"],
    ["artifacts", "port", "vitest"],
    ["runner", "application", "lodash"],
  ])("refuses %s, a %s, the library %s", (name, layer, library) => {
    expect(libraryRefusal({ name, layer }, library, sources)).toContain(`does not list it for ${name}`);
  });

  it.each<[string, Layer, string]>([
    ["events", "port", "eventemitter3"],
    ["run-context", "application", "uuid"],
    ["artifacts-s3", "adapter", "lodash"],
    ["cli", "app", "lodash"],
  ])("lets %s, a %s, use %s", (name, layer, library) => {
    expect(libraryRefusal({ name, layer }, library, sources)).toBeUndefined();
  });

  it.each([
    ["artifacts", "port"],
    ["secrets", "foundation"],
  ] as const)("lets the contract suite of %s, a %s, use vitest, and nothing else", (name, layer) => {
    expect(libraryRefusal({ name, layer }, "vitest", contract)).toBeUndefined();
    expect(libraryRefusal({ name, layer }, "lodash", contract)).toBeDefined();
    expect(libraryRefusal({ name: "runner", layer: "application" }, "vitest", contract)).toBeDefined();
  });
});
