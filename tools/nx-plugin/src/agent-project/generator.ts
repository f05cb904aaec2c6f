import type { Tree } from "@nx/devkit";
import { assertFree, dependenciesOf, nextSteps, writeData, writeProject, writeTexts } from "../project-files.ts";
import { camelCase } from "../words.ts";

export interface AgentProjectOptions {
  readonly name: string;
}

const DEPENDENCIES = ["agent", "config", "nodes"];

/** A private project with one agent that runs as it is: a callback and a command, no model and no key. */
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
    dependencies: dependenciesOf(DEPENDENCIES),
  });
  writeProject(tree, { directory, name, layer: "app", dependencies: DEPENDENCIES });
  writeTexts(tree, directory, projectTexts(directory, name));
  return nextSteps(directory, `./dad run ${directory}/src/agent.ts`);
}

function projectTexts(directory: string, name: string): Record<string, string> {
  return {
    "src/agent.ts": `import { agent, flow } from "@dad/agent";
import { callback, runCommand } from "@dad/nodes";

const greet = callback({ name: "greet", version: "1", effect: "pure" }, (input: { who: string }) => \`Hello, \${input.who}!\`);

const hello = flow("hello")
  .node("greet", greet({ who: "$var{who}" }))
  .node("say", (nodes) => runCommand({ argv: ["echo", nodes.greet] }));

/** Greets whom the variable \`who\` names. */
export const ${camelCase(name)}Agent = agent("${name}", { variables: { who: "world" } }).component("hello", hello);
`,
    "dad.config.ts": `import { defineConfig } from "@dad/config";

export default defineConfig({ project: "${name}" });
`,
    "README.md": `# ${name}

\`\`\`sh
./dad run ${directory}/src/agent.ts
\`\`\`
`,
  };
}
