import type { Element, Layer } from "./layers.ts";

/**
 * What each package below the adapters may use besides the packages of this workspace. Whoever installs a package gets these too
 * and cannot choose others: a library stands here because it is the subject of the package or too small to be a choice.
 * What needs another one is an adapter, in a package of its own.
 */
const LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  protocol: ["zod"],
  events: ["eventemitter3"],
  observability: ["@opentelemetry/api"],
  agent: ["zod"],
  // What the package is about.
  compare: ["diff"],
  config: ["yaml", "zod"],
  nodes: ["@lezer/common", "@lezer/javascript", "@lezer/markdown", "@lezer/python", "diff", "ignore", "zod"],
  isolation: ["zod"],
  "run-context": ["uuid", "yaml"],
  runner: ["zod"],
  // The page brings them along in its script; esbuild makes that.
  viewer: ["@preact/signals", "esbuild", "preact"],
  // How somebody is asked is what it is about; widths of text, which those prompts need as well; zod checks what they answer.
  terminal: ["@clack/prompts", "fast-string-width", "zod"],
};
/** What every contract suite is written for. */
const TEST_LIBRARY = "vitest";

const CHECKED: readonly Layer[] = ["protocol", "foundation", "port", "application"];

/** Why `library` is none that this package may import or ask for, or `undefined` when it is one. `contract`: for its contract suite. */
export function libraryRefusal({ name, layer }: Element, library: string, { contract }: { readonly contract: boolean }): string | undefined {
  if (!CHECKED.includes(layer) || LIBRARIES[name]?.includes(library)) return undefined;
  if (contract && (layer === "port" || layer === "foundation") && library === TEST_LIBRARY) return undefined;
  return `tools/gate/src/libraries.ts does not list it for ${name}; an adapter that needs a library is a package of its own`;
}
