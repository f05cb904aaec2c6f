/** The layers of the architecture, from the bottom up. Each project has one, as the Nx tag `layer:<name>`. */
export const LAYERS = ["protocol", "foundation", "port", "application", "adapter", "preset", "app", "tool"] as const;
export type Layer = (typeof LAYERS)[number];

const MAY_IMPORT: Readonly<Record<Layer, readonly Layer[]>> = {
  protocol: [],
  foundation: ["protocol"],
  port: ["protocol", "foundation"],
  application: ["protocol", "port", "application"],
  adapter: ["protocol", "foundation", "port"],
  preset: ["protocol", "foundation", "port", "application", "adapter"],
  app: ["protocol", "foundation", "port", "application", "adapter", "preset"],
  tool: LAYERS,
};

/** Foundations that the application layer knows as well: what a secret is, and that it is taken out of what is written, is a matter of all layers. */
const KNOWN_TO_APPLICATIONS: readonly string[] = ["secrets"];

export interface Element {
  readonly name: string;
  readonly layer: Layer;
}

export interface Import {
  readonly from: Element;
  readonly to: Element;
  /** What comes after the package name: `memory` in `@dad/artifacts/memory`. */
  readonly subpath?: string;
  /** The import stands in a test, or the dependency is a development dependency. */
  readonly test: boolean;
  /** Whether the importing file is part of a contract suite. */
  readonly contract?: boolean;
}

export function layerOf(project: string, tags: readonly string[]): Layer {
  const found = tags.filter((tag) => tag.startsWith("layer:")).map((tag) => tag.slice("layer:".length));
  const [layer] = LAYERS.filter((known) => known === found[0]);
  if (layer === undefined || found.length !== 1) {
    throw new TypeError(
      `the project ${project} needs exactly one tag out of ${LAYERS.map((known) => `layer:${known}`).join(", ")} in its project.json`,
    );
  }
  return layer;
}

/** Why an import breaks the architecture, or `undefined` when it keeps to it. */
export function refusal({ from, to, subpath, test, contract = false }: Import): string | undefined {
  // Tests beside the sources see the package as its users do.
  if (from.name === to.name) return test ? undefined : "a package does not import itself by name";
  // What is there for tests of any package: a fake of somebody else's server, for instance.
  if (test && to.layer === "tool") return undefined;
  // The tests of the application layer need something to run on, and use what is for tests of agents.
  const reach = test && from.layer === "application" ? "app" : from.layer;
  const isKnown = reach === "application" && to.layer === "foundation" && KNOWN_TO_APPLICATIONS.includes(to.name);
  if (!MAY_IMPORT[reach].includes(to.layer) && !isKnown)
    return `${article(from.layer)} ${from.layer} does not import ${article(to.layer)} ${to.layer}`;
  if (from.layer === "adapter" && to.layer === "port" && !from.name.startsWith(`${to.name}-`)) return "an adapter imports no port but its own";
  // A contract suite may ask a foundation for a disk that fails; the tools are there to test.
  const tests = test || from.layer === "tool" || (contract && to.layer === "foundation");
  if ((subpath === "testing" || to.name === "testing") && !tests) return "what is for testing is for tests and contract suites";
  if (subpath !== undefined && to.layer === "port" && !test && (from.layer === "application" || from.layer === "adapter")) {
    return `${article(from.layer)} ${from.layer} imports ports, never one of their adapters`;
  }
  return undefined;
}

function article(layer: Layer): string {
  return /^[aeiou]/.test(layer) ? "an" : "a";
}
