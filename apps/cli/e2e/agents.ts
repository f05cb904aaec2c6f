// Text of agent files, as people write them outside of any package.

/** Greets somebody: a command asks who is there, a file operation writes it down. */
export const GREETER = `
import { agent } from "@dad/agent";
import { applyFileOperations, runCommand } from "@dad/nodes";

const name: string = "world";
console.log("loading the greeter");

export const greeter = agent("greeter", { variables: { name } })
  .node("who", runCommand({ argv: ["echo", "hello $var{name}"] }))
  .node("note", ({ who }) => applyFileOperations({ operations: [{ type: "create_file", path: "greeting.txt", content: who.stdout }] }));
`;

/** One node, which runs a line of the shell. */
export function shellAgent(line: string): string {
  return `
import { agent } from "@dad/agent";
import { runCommand } from "@dad/nodes";

export const only = agent("only").node("step", runCommand({ shell: ${JSON.stringify(line)} }));
`;
}

/** One node, which does what some code says. */
export function callbackAgent(code: string): string {
  return `
import { agent } from "@dad/agent";
import { callback } from "@dad/nodes";

const step = callback({ name: "step", version: "1" }, async (): Promise<void> => { ${code} });
export const only = agent("only").node("step", step({}));
`;
}

/** Asks a model for a title: the variable `who` is "writer". */
export function askingAgent(model: string): string {
  return `
import { agent } from "@dad/agent";
import { askModelFor } from "@dad/nodes";
import { z } from "zod";

export const asker = agent("asker", { variables: { who: "writer" } })
  .node("ask", askModelFor(z.object({ title: z.string() }), { model: "${model}", prompt: "A title, please" }));
`;
}

/** Asks the model "writer" for a title. */
export const ASKER = askingAgent("writer");

/** A config whose model "writer" always replies with this value. */
export function scriptedConfig(reply: unknown): string {
  return `
import { defineConfig } from "@dad/config";

const reply = ${JSON.stringify(reply)};
const writer = {
  provider: "scripted",
  modelId: "scripted-1",
  capabilities: { structuredOutput: true, recorded: true, streaming: false, tools: false, files: false },
  generate: async () => ({ text: JSON.stringify(reply), structured: reply, finishReason: "stop" as const, usage: { inputTokens: 12, outputTokens: 3, costUsd: null }, modelId: "scripted-1" }),
};

export default defineConfig({ resources: { test: { note: "the model is a script", models: { writer } } } });
`;
}

/**
 * Writes a draft, which must not be done twice, and asks whether it is to be published, and as what. When `hold`, it asks only once there is a
 * file "go" in the directory that it works in.
 */
export function reviewingAgent({ hold = false } = {}): string {
  return `
import { appendFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { agent, defineNode } from "@dad/agent";
import { z } from "zod";

const review = defineNode({
  type: "review",
  version: "1",
  effect: "effectful",
  settings: z.object({}),
  output: z.object({ published: z.boolean(), level: z.string() }),
  async execute({ cwd, step, input }) {
    while (${hold} && !existsSync(join(cwd, "go"))) await new Promise((go) => setTimeout(go, 20));
    await step("draft", () => appendFileSync(join(cwd, "drafts"), "draft\\n") ?? null);
    const published = await input({ key: "approve", schema: z.boolean(), prompt: "Publish this?\\n# Draft" });
    const level = await input({ key: "level", schema: z.string(), choices: ["patch", "minor", "major"], prompt: "As what?" });
    return { published, level };
  },
});
export const main = agent("main").node("review", review({}));
`;
}
