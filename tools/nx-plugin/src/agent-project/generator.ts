import type { Tree } from "@nx/devkit";
import { assertFree, dependenciesOf, nextSteps, writeData, writeProject, writeTexts } from "../project-files.ts";
import { camelCase } from "../words.ts";

export interface AgentProjectOptions {
  readonly name: string;
}

const DEPENDENCIES = ["agent", "config", "nodes"];
const TEST_DEPENDENCIES = ["testing"];

/** A private project with one agent that runs as it is, and its test: a callback and a command, no model and no key. */
export async function agentProjectGenerator(tree: Tree, { name }: AgentProjectOptions): Promise<() => void> {
  const directory = `apps/${name}`;
  assertFree(tree, directory);
  writeData(tree, `${directory}/package.json`, {
    name: `@dad/${name}`,
    version: "0.1.0",
    private: true,
    description: `The agent ${name}.`,
    license: "Apache-2.0",
    type: "module",
    dependencies: { ...dependenciesOf(DEPENDENCIES), zod: "catalog:" },
    devDependencies: { ...dependenciesOf(TEST_DEPENDENCIES), vitest: "catalog:" },
  });
  writeProject(tree, { directory, name, layer: "app", dependencies: [...DEPENDENCIES, ...TEST_DEPENDENCIES] });
  const agentFile = { "src/agent.ts": agentText(name), "src/agent.test.ts": testText(name) };
  writeTexts(tree, directory, { ...agentFile, "dad.config.ts": configText(name), "README.md": readmeOf(directory, name) });
  return nextSteps(directory, ...STEPS.map(([step]) => step(directory)));
}

/** What somebody does with the project from then on, and what for. */
const STEPS: readonly (readonly [step: (directory: string) => string, purpose: string])[] = [
  [(directory) => `./dad run ${directory}/src/agent.ts`, "runs the agent"],
  [(directory) => `npm test -- ${directory}`, "runs its test"],
  [(directory) => `node tools/dev.mjs exec tsc --build ${directory}`, "checks its types"],
  [() => "node tools/dev.mjs nx sync", "after its package.json has got another @dad package, and after pnpm install"],
];

function agentText(name: string): string {
  return `import { agent, flow } from "@dad/agent";
import { callback, runCommand } from "@dad/nodes";
import { z } from "zod";

const Greeted = z.object({ who: z.string().min(1) });
const greet = callback({ name: "greet", version: "1", effect: "pure", input: Greeted }, ({ who }) => \`Hello, \${who}!\`);

const hello = flow("hello")
  .node("greet", greet({ who: "$var{who}" }))
  .node("say", (nodes) => runCommand({ argv: ["echo", nodes.greet] }));

/** Greets whom the variable \`who\` names. */
export const ${camelCase(name)}Agent = agent("${name}", { variables: { who: "world" } }).component("hello", hello);
`;
}

function testText(name: string): string {
  const tested = `${camelCase(name)}Agent`;
  return `import { testAgent } from "@dad/testing";
import { describe, expect, it } from "vitest";
import { ${tested} } from "./agent.ts";

const said = { exitCode: 0, stdout: "", stderr: "", end: { stdout: "", stderr: "" }, lost: { stdout: 0, stderr: 0 } };

describe("the agent ${name}", () => {
  it("greets whom it is told to", async () => {
    const run = await testAgent(${tested}, {
      inputs: { "${name}": { who: "Ada" } },
      nodes: { "${name}.hello.say": () => said },
    }).run();
    expect(run.expectCompleted().hello.greet).toBe("Hello, Ada!");
    expect(run.node("${name}.hello.say").settings).toEqual({ argv: ["echo", "Hello, Ada!"] });
  });
});
`;
}

function configText(name: string): string {
  return `import { defineConfig } from "@dad/config";

export default defineConfig({ project: "${name}" });
`;
}

function readmeOf(directory: string, name: string): string {
  return `# ${name}

| command | does |
|---|---|
${STEPS.map(([step, purpose]) => `| \`${step(directory)}\` | ${purpose} |`).join("\n")}
`;
}
