import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * What a package exports, as it is installed for a directory: in the `node_modules` of it or of one above, as `import` finds it there.
 * What `NODE_PATH` has does not count, which package managers set to what others need. `undefined` when it is not installed.
 */
export async function loadPackage(specifier: string, from: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const [, name = specifier, subpath = ""] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(specifier) ?? [];
  const directory = directoriesAbove(from)
    .map((above) => join(above, "node_modules", name))
    .find((place) => manifestIn(place) !== undefined);
  if (directory === undefined) return undefined;
  const target = targetOf(manifestIn(directory) ?? {}, `.${subpath}`);
  if (target === undefined) return {};
  return (await import(pathToFileURL(join(directory, target)).href)) as Readonly<Record<string, unknown>>;
}

function directoriesAbove(directory: string): string[] {
  const above = dirname(directory);
  return above === directory ? [directory] : [directory, ...directoriesAbove(above)];
}

interface Manifest {
  readonly exports?: unknown;
  readonly main?: string;
}

function manifestIn(directory: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as Manifest;
  } catch {
    return undefined;
  }
}

function targetOf({ exports, main = "index.js" }: Manifest, subpath: string): string | undefined {
  if (exports === undefined) return subpath === "." ? main : subpath;
  const paths = typeof exports === "object" && exports !== null ? (exports as Readonly<Record<string, unknown>>) : {};
  if (Object.keys(paths).some((key) => key.startsWith("."))) return conditionOf(paths[subpath]);
  return subpath === "." ? conditionOf(exports) : undefined;
}

const CONDITIONS = ["node", "import", "module-sync", "default"];

/** The first of the conditions that holds, as they stand. */
function conditionOf(target: unknown): string | undefined {
  if (typeof target === "string") return target;
  if (typeof target !== "object" || target === null) return undefined;
  for (const [condition, inner] of Object.entries(target)) {
    const found = CONDITIONS.includes(condition) ? conditionOf(inner) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
