import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { ROOT } from "./clone.ts";

export interface ImportSpecifier {
  readonly specifier: string;
  readonly line: number;
}

/** Every module that a file names, statically, dynamically or for its types only. */
export function importsOf(file: string): ImportSpecifier[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  const { importedFiles } = ts.preProcessFile(text, true, true);
  return importedFiles.map(({ fileName, pos }) => ({ specifier: fileName, line: text.slice(0, pos).split("\n").length }));
}

/** The file that a relative specifier names, relative to the root; `undefined` for a package. */
export function relativeTarget(file: string, specifier: string): string | undefined {
  return specifier.startsWith(".") ? join(dirname(file), specifier) : undefined;
}

export interface PackageSpecifier {
  readonly name: string;
  readonly subpath?: string;
}

/** `@dad/artifacts/memory` is the subpath `memory` of `@dad/artifacts`. `undefined` for what is no package. */
export function packageOf(specifier: string): PackageSpecifier | undefined {
  const match = /^(@[^/]+\/[^/]+|[^@./][^/]*)(?:\/(.+))?$/.exec(specifier);
  if (!match?.[1] || specifier.startsWith("node:")) return undefined;
  return { name: match[1], ...(match[2] === undefined ? {} : { subpath: match[2] }) };
}
