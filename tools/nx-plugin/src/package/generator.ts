import type { Tree } from "@nx/devkit";
import { assertFree, nextSteps, writePackage, writeTexts } from "../project-files.ts";
import { writePort } from "../port/port-files.ts";
import { barrelText, readmeText } from "../texts.ts";
import { camelCase, pascalCase } from "../words.ts";

export interface PackageOptions {
  readonly name: string;
  readonly description?: string;
  readonly layer?: "foundation" | "port" | "application" | "preset";
}

/** A package in the form of all others. A port comes with the beginnings of its contract suite, of an adapter and of its fault. */
export async function packageGenerator(
  tree: Tree,
  { name, description = `${pascalCase(name)}.`, layer = "application" }: PackageOptions,
): Promise<() => void> {
  const directory = `packages/${name}`;
  assertFree(tree, directory);
  if (layer === "port") return writePort(tree, { name, description });
  writePackage(tree, { name, description, layer, dependencies: [] });
  writeTexts(tree, directory, moduleTexts(name, description));
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
