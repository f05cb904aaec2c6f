import type { Tree } from "@nx/devkit";
import { nextSteps, writeData, writePackage, writeTexts } from "../project-files.ts";
import { barrelText, readmeText } from "../texts.ts";
import { camelCase, pascalCase } from "../words.ts";

export interface PortSpec {
  readonly name: string;
  readonly description: string;
}

const FAULTS = "tools/gate";

/** A port that is finished when its contract says something: an interface, its suite, an adapter in memory, and one that breaks the contract. */
export function writePort(tree: Tree, { name, description }: PortSpec): () => void {
  const directory = `packages/${name}`;
  const [type, contract] = [pascalCase(name), `${camelCase(name)}Contract`];
  const fault = `${FAULTS}/faults/${name}.fault.ts`;
  writePackage(tree, { name, description, layer: "port", dependencies: [], subpaths: ["memory", "testing"] });
  writeTexts(tree, directory, portTexts({ name, description }));
  tree.write(fault, faultText(name));
  dependOnPort(tree, name);
  return nextSteps(
    [directory, fault, `${FAULTS}/package.json`],
    "node tools/dev.mjs nx sync",
    `npm test -- ${directory}`,
    `write the interface in ${directory}/src/${name}.ts, its contract in ${directory}/src/testing.ts, then the adapter`,
    `break one thing in ${fault}, and name the test that notices; then: npm run check -- --only faults`,
    `add to tools/nx-plugin/src/ports.ts: ${name.includes("-") ? `"${name}"` : name}: { type: "${type}", contract: "${contract}", noun: "${type}" },`,
    "add a line to the tables in docs/architecture.md and docs/writing-an-adapter.md, and a changeset",
  );
}

/** The gate runs the fault, so it has to find the port. */
function dependOnPort(tree: Tree, name: string): void {
  const manifest = JSON.parse(tree.read(`${FAULTS}/package.json`, "utf8") ?? "{}") as { devDependencies?: Record<string, string> };
  const dependencies = Object.entries({ ...manifest.devDependencies, [`@dad/${name}`]: "workspace:^" });
  const sorted = dependencies.toSorted(([left], [right]) => (left < right ? -1 : 1));
  writeData(tree, `${FAULTS}/package.json`, { ...manifest, devDependencies: Object.fromEntries(sorted) });
}

function portTexts({ name, description }: PortSpec): Record<string, string> {
  const type = pascalCase(name);
  return {
    "src/index.ts": barrelText(description, `export type { ${type} } from "./${name}.ts";`),
    [`src/${name}.ts`]: `/**
 * Port: ${description}
 *
 * Adapters: \`memory\`.
 */
export interface ${type} extends AsyncDisposable {
  /** What an adapter promises beyond the contract. The contract suite proves each. */
  readonly capabilities: Readonly<Record<string, boolean>>;
}
`,
    "src/memory.ts": `import type { ${type} } from "./${name}.ts";

/** Holds everything in this process, and is gone with it. */
export function memory${type}(): ${type} {
  return { capabilities: {}, [Symbol.asyncDispose]: async () => {} };
}
`,
    "src/memory.test.ts": `import { memory${type} } from "./memory.ts";
import { ${camelCase(name)}Contract } from "./testing.ts";

${camelCase(name)}Contract("memory${type}", { create: memory${type} });
`,
    "src/testing.ts": contractText(name, type),
    "README.md": readmeText({
      name,
      description,
      snippet: `import { memory${type} } from "@dad/${name}/memory";\n\nconsole.log(memory${type}().capabilities);`,
    }),
  };
}

function contractText(name: string, type: string): string {
  return `import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ${type} } from "./${name}.ts";

export interface ${type}Subject {
  /** One that holds nothing and shares nothing with an earlier one. */
  create(): ${type} | Promise<${type}>;
}

/** The contract of \`${type}\`. Every adapter runs all of it; there is no way to skip a part. */
export function ${camelCase(name)}Contract(name: string, subject: ${type}Subject): void {
  describe(\`\${name} satisfies ${type}\`, () => {
    let adapter: ${type};
    beforeEach(async () => {
      adapter = await subject.create();
    });
    afterEach(async () => adapter[Symbol.asyncDispose]());

    it("does what its documentation says", () => {
      expect(adapter.capabilities).toBe("write the first test of the contract");
    });
  });
}
`;
}

function faultText(name: string): string {
  const type = pascalCase(name);
  return `// Fault: nothing is broken yet.
// Noticed by: does what its documentation says
import { memory${type} } from "@dad/${name}/memory";
import { ${camelCase(name)}Contract } from "@dad/${name}/testing";

${camelCase(name)}Contract("one that breaks the contract in one way", { create: () => ({ ...memory${type}() }) });
`;
}
