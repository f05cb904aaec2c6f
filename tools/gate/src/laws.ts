// Check: what the linter has no rule for. Names of modules and of telemetry, size of options, and that nothing imports its own barrel.
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import ts from "typescript";
import { ROOT, sourceFiles } from "./clone.ts";
import { importsOf, relativeTarget } from "./imports.ts";
import { isMeaninglessName, isKebabCase, MAX_OPTIONS, oversizedOptions, telemetryNames } from "./naming.ts";
import { report } from "./report.ts";
import { readWorkspace } from "./workspace.ts";

function nameProblems(file: string): string[] {
  const parts = file
    .replace(/\.tsx?$/, "")
    .split("/")
    .slice(2);
  const meaningless = parts.filter(isMeaninglessName).map((part) => `${file}: a module is named for what it does, not ${part}`);
  const form = isKebabCase(basename(file)) ? [] : [`${file}: a file name is in kebab-case`];
  return [...meaningless, ...form];
}

function optionProblems(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(join(ROOT, file), "utf8"), ts.ScriptTarget.Latest);
  return oversizedOptions(source).map(
    ({ name, members, line }) => `${file}:${line} ${name} has ${members} members: group them, so that there are at most ${MAX_OPTIONS}`,
  );
}

function barrelProblems(file: string, directory: string): string[] {
  const barrel = join(directory, "src/index.ts");
  const lines = importsOf(file).filter(({ specifier }) => relativeTarget(file, specifier) === barrel);
  return lines.map(({ line }) => `${file}:${line} imports the barrel of its own package: import the module itself`);
}

/** Other tests of the same worker would get what it leaves. */
function replacementProblems(file: string): string[] {
  if (!file.endsWith(".test.ts") || /\.(alone|int|sandbox)\.test\.ts$/.test(file)) return [];
  const replaces = /\bvi\.(mock|doMock|resetModules)\(/.test(readFileSync(join(ROOT, file), "utf8"));
  return replaces ? [`${file}: a test that replaces modules is called *.alone.test.ts`] : [];
}

const TABLE = "packages/observability/src/conventions.ts";
/** A page in a browser, which does not load what tells telemetry. */
const READS_ONLY = "packages/viewer/";

/** Who renames one wants to find all of them. */
function telemetryProblems(file: string): string[] {
  const isTest = /\.test\.tsx?$|\/(?:test|testing|e2e)\/|\/testing[\w-]*\.ts$/.test(file);
  if (isTest || file === TABLE || file.startsWith(READS_ONLY) || !/^(?:packages|apps)\//.test(file)) return [];
  const text = readFileSync(join(ROOT, file), "utf8");
  // Most files have none, and to parse a file takes a while.
  if (!/gen_ai\.|mcp\.|dad\.|error\.type|exception\./.test(text)) return [];
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  return telemetryNames(source).map(({ name, line }) => `${file}:${line} writes "${name}": take it from ${TABLE}`);
}

const { projects } = await readWorkspace();
const files = projects.flatMap(({ directory }) => sourceFiles(directory).map((file) => ({ file, directory })));
const problems = files.flatMap(({ file, directory }) => [
  ...nameProblems(file),
  ...optionProblems(file),
  ...barrelProblems(file, directory),
  ...replacementProblems(file),
  ...telemetryProblems(file),
]);
report(problems, `${files.length} files keep to the laws`);
