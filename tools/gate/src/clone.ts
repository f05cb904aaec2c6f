import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** The root of the clone that this file stands in. The planted faults run a copy of it in a copy of the clone. */
export const ROOT = resolve(import.meta.dirname, "../../..");

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export function readManifest(directory: string): Manifest {
  return JSON.parse(readFileSync(join(ROOT, directory, "package.json"), "utf8")) as Manifest;
}

/** Manifests of what is published, by directory. Needs no project graph. */
export function publishedPackages(): Map<string, Manifest> {
  const directories = ["packages", "apps"].flatMap((group) => readdirSync(join(ROOT, group)).map((name) => `${group}/${name}`));
  const manifests = directories.map((directory) => [directory, readManifest(directory)] as const);
  return new Map(manifests.filter(([, manifest]) => !manifest.private));
}

const SOURCE_DIRECTORIES = ["src", "test", "e2e", "bench", "faults"];
const NOT_SOURCE = new Set(["node_modules", "fixtures", "recordings"]);

/** The TypeScript files of a project, relative to the root of the clone, sorted. Not what its tests and samples take for input. */
export function sourceFiles(project: string): string[] {
  const configs = filesIn(project);
  const directories = SOURCE_DIRECTORIES.map((name) => join(project, name)).filter((directory) => existsSync(join(ROOT, directory)));
  return [...configs, ...directories.flatMap(filesBelow)].sort();
}

function filesBelow(directory: string): string[] {
  const inner = readdirSync(join(ROOT, directory), { withFileTypes: true }).filter((entry) => entry.isDirectory() && !NOT_SOURCE.has(entry.name));
  return [...filesIn(directory), ...inner.flatMap((entry) => filesBelow(join(directory, entry.name)))];
}

function filesIn(directory: string): string[] {
  const entries = readdirSync(join(ROOT, directory), { withFileTypes: true });
  return entries.filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name)).map((entry) => join(directory, entry.name));
}

/** The contract suite of a port, which is published. */
export function isContractFile(file: string): boolean {
  return /^[^/]+\/[^/]+\/src\/testing(\.ts$|\/)/.test(file);
}

/** Tests, and what those of a package share: `src/testing-*.ts`, which is not published. */
export function isTestFile(file: string): boolean {
  return /(\.(test|fault|bench)|\/src\/testing-[^/]+)\.tsx?$/.test(file) || /^[^/]+\/[^/]+\/(test|e2e|bench)\//.test(file);
}
