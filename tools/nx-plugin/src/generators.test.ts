import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Tree } from "@nx/devkit";
import { createTreeWithEmptyWorkspace } from "@nx/devkit/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { adapterGenerator } from "./adapter/generator.ts";
import { agentProjectGenerator } from "./agent-project/generator.ts";
import { packageGenerator } from "./package/generator.ts";
import { adapterName, PORTS } from "./ports.ts";

const root = resolve(import.meta.dirname, "../../..");

interface Manifest {
  readonly exports: Record<string, unknown>;
  readonly publishConfig: { readonly exports: Record<string, unknown> };
  readonly dependencies: Record<string, string>;
}

let tree: Tree;
beforeEach(() => {
  tree = createTreeWithEmptyWorkspace();
  tree.write("tsconfig.json", '{ "files": [], "references": [] }');
  tree.write("tools/gate/package.json", '{ "name": "@dad/gate", "devDependencies": { "@dad/artifacts": "workspace:^", "zod": "catalog:" } }');
});

const read = (file: string) => tree.read(file, "utf8") ?? "";
const readData = (file: string) => JSON.parse(read(file)) as unknown;
const files = (directory: string) => tree.children(`${directory}/src`).toSorted();

/** The manifest of a package of this clone, to which generated ones are held. */
function existing(name: string): Manifest {
  return JSON.parse(readFileSync(`${root}/packages/${name}/package.json`, "utf8")) as Manifest;
}

describe("the adapter generator", () => {
  it("makes a package in the form of the existing ones", async () => {
    await adapterGenerator(tree, { name: "artifacts-s3" });
    const manifest = readData("packages/artifacts-s3/package.json") as Manifest;
    const model = existing("outcome-git");
    expect(Object.keys(manifest).filter((key) => key !== "devDependencies")).toEqual(Object.keys(model).filter((key) => key !== "devDependencies"));
    expect(manifest).toMatchObject({ name: "@dad/artifacts-s3", exports: model.exports, publishConfig: model.publishConfig });
    expect(manifest.dependencies).toEqual({ "@dad/artifacts": "workspace:^", "@dad/protocol": "workspace:^" });
    expect(readData("packages/artifacts-s3/project.json")).toMatchObject({ name: "artifacts-s3", tags: ["layer:adapter"] });
    expect(readData("packages/artifacts-s3/tsconfig.json")).toMatchObject({ references: [{ path: "../artifacts" }, { path: "../protocol" }] });
    expect(readData("tsconfig.json")).toMatchObject({ references: [{ path: "./packages/artifacts-s3" }] });
    expect(files("packages/artifacts-s3")).toEqual(["errors.ts", "index.ts", "s3-artifact-store.test.ts", "s3-artifact-store.ts"]);
  });

  it("calls the contract of the port in its test", async () => {
    await adapterGenerator(tree, { name: "artifacts-s3" });
    expect(read("packages/artifacts-s3/src/s3-artifact-store.test.ts")).toContain('artifactStoreContract("s3ArtifactStore", {');
    expect(read("packages/artifacts-s3/src/s3-artifact-store.ts")).toContain(
      "export function s3ArtifactStore(options: S3ArtifactStoreOptions): ArtifactStore {",
    );
  });

  it("refuses a name without a port, and one that is taken", async () => {
    await expect(adapterGenerator(tree, { name: "s3" })).rejects.toThrow("s3 names no port");
    await adapterGenerator(tree, { name: "events-redis" });
    await expect(adapterGenerator(tree, { name: "events-redis" })).rejects.toThrow("packages/events-redis is there already");
  });

  it("knows every port of this clone, its interface and its contract", () => {
    for (const [name, { type, contract }] of Object.entries(PORTS)) {
      expect(readFileSync(`${root}/packages/${name}/src/index.ts`, "utf8")).toMatch(new RegExp(`\\b${type}\\b`));
      expect(readFileSync(`${root}/packages/${name}/src/testing.ts`, "utf8")).toContain(contract);
    }
    expect(adapterName("artifacts-aws-s3")).toEqual({ port: "artifacts", technology: "aws-s3" });
  });
});

describe("the package generator", () => {
  it("makes a package of the application layer with a first test", async () => {
    await packageGenerator(tree, { name: "cost-report", description: "What runs cost." });
    expect(readData("packages/cost-report/package.json")).toMatchObject({
      name: "@dad/cost-report",
      description: "What runs cost.",
      exports: existing("agent").exports,
    });
    expect(readData("packages/cost-report/project.json")).toMatchObject({ tags: ["layer:application"] });
    expect(files("packages/cost-report")).toEqual(["cost-report.test.ts", "cost-report.ts", "index.ts"]);
    expect(read("packages/cost-report/README.md")).toContain('```ts\nimport { costReport } from "@dad/cost-report";');
  });

  it("makes a port with its contract suite, an adapter that has to pass it and one that must not", async () => {
    await packageGenerator(tree, { name: "clock", layer: "port" });
    const manifest = readData("packages/clock/package.json") as Manifest;
    expect(manifest).toMatchObject({ peerDependencies: { vitest: ">=4" }, exports: { "./testing": existing("events").exports["./testing"] } });
    expect(manifest.exports["./memory"]).toEqual(existing("events").exports["./memory"]);
    expect(files("packages/clock")).toEqual(["clock.ts", "index.ts", "memory.test.ts", "memory.ts", "testing.ts"]);
    expect(read("packages/clock/src/memory.test.ts")).toContain('clockContract("memoryClock", { create: memoryClock });');
    expect(read("tools/gate/faults/clock.fault.ts")).toContain("// Noticed by: does what its documentation says\n");
    expect(readData("tools/gate/package.json")).toEqual({
      name: "@dad/gate",
      devDependencies: { "@dad/artifacts": "workspace:^", "@dad/clock": "workspace:^", zod: "catalog:" },
    });
    expect(read("packages/clock/src/testing.ts")).toContain("export function clockContract(name: string, subject: ClockSubject): void {");
  });
});

describe("the agent project generator", () => {
  it("makes a private app with an agent and its config", async () => {
    await agentProjectGenerator(tree, { name: "release-notes" });
    expect(readData("apps/release-notes/package.json")).toMatchObject({
      name: "@dad/release-notes",
      private: true,
      dependencies: { "@dad/agent": "workspace:^", "@dad/config": "workspace:^", "@dad/nodes": "workspace:^", zod: "catalog:" },
      devDependencies: { "@dad/testing": "workspace:^", vitest: "catalog:" },
    });
    expect(readData("apps/release-notes/project.json")).toMatchObject({ tags: ["layer:app"] });
    expect(readData("apps/release-notes/tsconfig.json")).toMatchObject({
      references: ["agent", "config", "nodes", "testing"].map((name) => ({ path: `../../packages/${name}` })),
    });
    expect(read("apps/release-notes/src/agent.ts")).toContain("export const releaseNotesAgent = agent(");
    expect(files("apps/release-notes")).toEqual(["agent.test.ts", "agent.ts"]);
  });

  it("declares what the agent, its config and its test import, and nothing else", async () => {
    await agentProjectGenerator(tree, { name: "release-notes" });
    const importsOf = (file: string) => [...read(`apps/release-notes/${file}`).matchAll(/ from "([^.].*)";/g)].map(([, name]) => name ?? "");
    const { dependencies, devDependencies } = readData("apps/release-notes/package.json") as Record<string, object>;
    const run = new Set(["src/agent.ts", "dad.config.ts"].flatMap(importsOf));
    expect([...run].toSorted()).toEqual(Object.keys(dependencies ?? {}));
    const tested = new Set(importsOf("src/agent.test.ts"));
    expect([...tested].filter((name) => !run.has(name)).toSorted()).toEqual(Object.keys(devDependencies ?? {}));
  });

  it("says how to run, test and check what it made", async () => {
    await agentProjectGenerator(tree, { name: "release-notes" });
    const readme = read("apps/release-notes/README.md");
    for (const command of [
      "./dad run apps/release-notes/src/agent.ts",
      "npm test -- apps/release-notes",
      "tsc --build apps/release-notes",
      "nx sync",
    ])
      expect(readme).toContain(command);
  });
});
