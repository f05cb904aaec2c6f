import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** What a package exports, as it is installed for a directory. `undefined` when it is not. */
export async function loadPackage(specifier: string, from: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const file = resolved(specifier, from);
  return file === undefined ? undefined : ((await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>);
}

function resolved(specifier: string, from: string): string | undefined {
  // Of the file nothing but its directory matters.
  const require = createRequire(join(from, "dad.config.js"));
  try {
    return require.resolve(specifier);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    // A package for `import` alone.
    if (code === "ERR_PACKAGE_PATH_NOT_EXPORTED") return importable(specifier, require.resolve.paths(specifier) ?? []);
    if (code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

function importable(specifier: string, directories: readonly string[]): string | undefined {
  const [, name = specifier, subpath = ""] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(specifier) ?? [];
  for (const directory of directories) {
    const manifest = manifestIn(join(directory, name));
    const target = manifest && targetOf(manifest.exports, `.${subpath}`);
    if (target !== undefined) return join(directory, name, target);
  }
  return undefined;
}

function manifestIn(directory: string): { readonly exports?: unknown } | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as { readonly exports?: unknown };
  } catch {
    return undefined;
  }
}

const CONDITIONS = ["node", "import", "module-sync", "default"];

function targetOf(exports: unknown, subpath: string): string | undefined {
  if (typeof exports !== "object" || exports === null) return undefined;
  const paths = exports as Readonly<Record<string, unknown>>;
  const conditional = Object.keys(paths).some((key) => key.startsWith(".")) ? paths[subpath] : subpath === "." ? paths : undefined;
  return conditionOf(conditional);
}

function conditionOf(target: unknown): string | undefined {
  if (typeof target === "string") return target;
  if (typeof target !== "object" || target === null) return undefined;
  for (const [condition, inner] of Object.entries(target)) {
    const found = CONDITIONS.includes(condition) ? conditionOf(inner) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
