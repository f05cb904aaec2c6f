// Tests an agent as somebody who installed `@dad/testing` does, without a test framework.
import { agent, defineNode } from "@dad/agent";
import { scriptedModel, testAgent } from "@dad/testing";
import { z } from "zod";

const ask = defineNode({
  type: "ask",
  version: "1",
  effect: "pure",
  settings: z.object({ prompt: z.string() }),
  output: z.object({ text: z.string() }),
  async execute({ resources, signal }, { settings }) {
    const { text } = await resources.get("model", "writer").generate({ messages: [{ role: "user", content: settings.prompt }] }, { signal });
    return { text };
  },
});
const writer = agent("writer").node("ask", ask({ prompt: "?" }), { retry: { attempts: 2, delayMs: 3_600_000, on: "any" } });
const models = { writer: scriptedModel([new Error("not now"), "Here you are."]) };
const run = await testAgent(writer, { models, files: { "a.txt": "a" } }).run();
console.log(`${run.expectCompleted().ask.text} ${run.node("writer.ask").attempts} ${Object.keys(run.files).join()}`);
