import type { Tree } from "@nx/devkit";
import { assertFree, nextSteps, writePackage, writeTexts } from "../project-files.ts";
import { barrelText, readmeText } from "../texts.ts";
import { camelCase, pascalCase } from "../words.ts";

export interface PackageOptions {
  readonly name: string;
  readonly description?: string;
  readonly layer?: "port" | "application" | "preset";
}

/** A package in the form of all others. A port comes with the beginning of its contract suite. */
export async function packageGenerator(
  tree: Tree,
  { name, description = `${pascalCase(name)}.`, layer = "application" }: PackageOptions,
): Promise<() => void> {
  const directory = `packages/${name}`;
  assertFree(tree, directory);
  writePackage(tree, { name, description, layer, dependencies: [], subpaths: layer === "port" ? ["testing"] : [] });
  writeTexts(tree, directory, layer === "port" ? portTexts(name, description) : moduleTexts(name, description));
  return nextSteps(directory, `npm test -- ${directory}`, "add a line to the table in docs/architecture.md, and a changeset");
}

function moduleTexts(name: string, description: string): Record<string, string> {
  const main = camelCase(name);
  return {
    "src/index.ts": barrelText(description, `export { ${main} } from "./${name}.ts";`),
    [`src/${name}.ts`]: `/** ${description} */\nexport function ${main}(): string {\n  return "${name}";\n}\n`,
    [`src/${name}.test.ts`]: `import { describe, expect, it } from "vitest";
import { ${main} } from "./${name}.ts";

describe("${main}", () => {
  it("does what its documentation says", () => {
    expect(${main}()).toBe("write the first test");
  });
});
`,
    "README.md": readmeText({ name, description, snippet: `import { ${main} } from "@dad/${name}";\n\nconsole.log(${main}());` }),
  };
}

function portTexts(name: string, description: string): Record<string, string> {
  const type = pascalCase(name);
  const nothing = `const nothing: ${type} = { capabilities: {}, [Symbol.asyncDispose]: async () => {} };`;
  return {
    "src/index.ts": barrelText(description, `export type { ${type} } from "./${name}.ts";`),
    [`src/${name}.ts`]: `/**
 * Port: ${description}
 *
 * Adapters: none yet.
 */
export interface ${type} extends AsyncDisposable {
  /** What an adapter promises beyond the contract. The contract suite proves each. */
  readonly capabilities: Readonly<Record<string, boolean>>;
}
`,
    "src/testing.ts": contractText(name, type),
    "README.md": readmeText({
      name,
      description,
      snippet: `import type { ${type} } from "@dad/${name}";\n\n${nothing}\nconsole.log(nothing.capabilities);`,
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
