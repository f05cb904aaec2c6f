import type { Tree } from "@nx/devkit";
import { adapterName, PORTS, type Port } from "../ports.ts";
import { assertFree, nextSteps, writePackage, writeTexts } from "../project-files.ts";
import { barrelText, readmeText } from "../texts.ts";
import { camelCase, kebabCase, pascalCase } from "../words.ts";

export interface AdapterOptions {
  /** `<port>-<technology>`. */
  readonly name: string;
}

/** An adapter that throws, and a call of the contract that says so: it is finished when the test is green. */
export async function adapterGenerator(tree: Tree, { name }: AdapterOptions): Promise<() => void> {
  const { port, technology } = adapterName(name);
  const directory = `packages/${name}`;
  assertFree(tree, directory);
  const description = `The port ${port} on ${technology}.`;
  writePackage(tree, { name, description, layer: "adapter", dependencies: [port, "protocol"] });
  writeTexts(tree, directory, adapterTexts({ name, port, technology, description }));
  return nextSteps(
    directory,
    `npm test -- ${directory}`,
    `see docs/writing-an-adapter.md; then a changeset, and a line in packages/${port}/README.md`,
  );
}

interface AdapterSpec {
  readonly name: string;
  readonly port: string;
  readonly technology: string;
  readonly description: string;
}

function adapterTexts({ name, port, technology, description }: AdapterSpec): Record<string, string> {
  const known = PORTS[port] as Port;
  const factory = `${camelCase(technology)}${known.noun}`;
  const module = kebabCase(factory);
  const options = `${pascalCase(factory)}Options`;
  const error = `${pascalCase(factory)}UnavailableError`;
  const code = `${kebabCase(factory).replaceAll("-", "_").toUpperCase()}_UNAVAILABLE`;
  return {
    "src/index.ts": barrelText(
      description,
      `export { ${error} } from "./errors.ts";`,
      `export { ${factory}, type ${options} } from "./${module}.ts";`,
    ),
    "src/errors.ts": errorsText(error, code),
    [`src/${module}.ts`]: `import type { ${known.type} } from "@dad/${port}";

export interface ${options} {
  /** Where it is. */
  readonly url: string;
}

/** ${description} Does no I/O: that begins with the first call. */
export function ${factory}(options: ${options}): ${known.type} {
  throw new TypeError(\`${factory} is not written yet (\${options.url})\`);
}
`,
    [`src/${module}.test.ts`]: `import { ${known.contract} } from "@dad/${port}/testing";
import { ${factory} } from "./${module}.ts";

${known.contract}("${factory}", {
  create: () => ${factory}({ url: "http://127.0.0.1:1" }),
});
`,
    "README.md": readmeText({
      name,
      description,
      snippet: `import { ${factory} } from "@dad/${name}";\n\nconsole.log(typeof ${factory});`,
      codes: { [code]: "the other side does not answer" },
    }),
  };
}

function errorsText(error: string, code: string): string {
  return `import { DadError } from "@dad/protocol";

/** The other side does not answer. It may later. */
export class ${error} extends DadError<"${code}"> {
  constructor(what: string, cause: unknown) {
    super("${code}", \`\${what} does not answer: check that it runs and can be reached\`, { cause, retryable: true });
  }
}
`;
}
