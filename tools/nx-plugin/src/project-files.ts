import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { type Tree, workspaceRoot } from "@nx/devkit";

export interface PackageSpec {
  /** Without the scope; also the directory below `packages/`. */
  readonly name: string;
  readonly description: string;
  readonly layer: string;
  /** Entries of the exports map besides the barrel: `testing` is `src/testing.ts`. */
  readonly subpaths?: readonly string[];
  /** Packages of this workspace, without the scope. */
  readonly dependencies: readonly string[];
}

/** Node versions on which what is published works. */
const ENGINES = { node: ">=22.15" };

/** All of a package but its sources and its README. */
export function writePackage(tree: Tree, spec: PackageSpec): void {
  const directory = `packages/${spec.name}`;
  writeData(tree, `${directory}/package.json`, manifestOf(spec));
  writeProject(tree, { directory, name: spec.name, layer: spec.layer, dependencies: spec.dependencies });
}

function manifestOf({ name, description, subpaths = [], dependencies }: PackageSpec): object {
  const entries = ["index", ...subpaths];
  const published = entries.map((entry) => [entryName(entry), { types: `./types/${entry}.d.ts`, default: `./dist/${entry}.js` }] as const);
  const all = published.map(([key, entry], index) => [key, { "@dad/source": `./src/${entries[index]}.ts`, ...entry }] as const);
  const self = [["./package.json", "./package.json"]] as const;
  return {
    name: `@dad/${name}`,
    version: "0.1.0",
    description,
    license: "Apache-2.0",
    type: "module",
    sideEffects: false,
    files: ["dist", "types", "src", "!src/**/*.test.ts", "!types/**/*.test.d.ts*", "!types/.tsbuildinfo"],
    exports: Object.fromEntries([...all, ...self]),
    publishConfig: { access: "public", exports: Object.fromEntries([...published, ...self]) },
    ...(dependencies.length > 0 ? { dependencies: dependenciesOf(dependencies) } : {}),
    ...(subpaths.includes("testing") ? { peerDependencies: { vitest: ">=4" }, peerDependenciesMeta: { vitest: { optional: true } } } : {}),
    devDependencies: { vitest: "catalog:" },
    engines: ENGINES,
  };
}

function entryName(entry: string): string {
  return entry === "index" ? "." : `./${entry}`;
}

export function dependenciesOf(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.toSorted().map((name) => [`@dad/${name}`, "workspace:^"]));
}

export interface ProjectSpec {
  readonly directory: string;
  readonly name: string;
  readonly layer: string;
  readonly dependencies: readonly string[];
}

/** What Nx and TypeScript know of a project. */
export function writeProject(tree: Tree, { directory, name, layer, dependencies }: ProjectSpec): void {
  writeData(tree, `${directory}/project.json`, {
    $schema: "../../node_modules/nx/schemas/project-schema.json",
    name,
    sourceRoot: `${directory}/src`,
    tags: [`layer:${layer}`],
  });
  const sibling = directory.startsWith("packages/") ? ".." : "../../packages";
  writeData(tree, `${directory}/tsconfig.json`, {
    extends: "../../tsconfig.base.json",
    compilerOptions: { rootDir: "src", outDir: "types", tsBuildInfoFile: "types/.tsbuildinfo" },
    include: ["src"],
    ...(dependencies.length > 0 ? { references: dependencies.map((dependency) => ({ path: `${sibling}/${dependency}` })) } : {}),
  });
  addReference(tree, `./${directory}`);
}

function addReference(tree: Tree, path: string): void {
  const config = JSON.parse(tree.read("tsconfig.json", "utf8") ?? "{}") as { references?: { path: string }[] };
  writeData(tree, "tsconfig.json", { ...config, references: [...(config.references ?? []), { path }] });
}

export function writeData(tree: Tree, file: string, data: object): void {
  tree.write(file, `${JSON.stringify(data, null, 2)}\n`);
}

/** The files of one directory, by their paths in it. */
export function writeTexts(tree: Tree, directory: string, texts: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(texts)) tree.write(`${directory}/${file}`, text);
}

export function assertFree(tree: Tree, directory: string): void {
  if (tree.exists(directory)) throw new TypeError(`${directory} is there already: choose another name`);
}

/** Runs after the files are written: brings them into form and tells what a person still has to do. */
export function nextSteps(written: string | readonly string[], ...steps: readonly string[]): () => void {
  return () => {
    execFileSync(join(workspaceRoot, "node_modules/.bin/oxfmt"), [...[written].flat(), "tsconfig.json"], {
      cwd: workspaceRoot,
      stdio: ["ignore", "ignore", "inherit"],
    });
    console.log(["", "Next:", ...["node tools/dev.mjs exec pnpm install", ...steps].map((step) => `  ${step}`)].join("\n"));
  };
}
