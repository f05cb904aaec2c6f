import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { defineNode } from "@dad/agent";
import { Json } from "@dad/protocol";
import { z } from "zod";

// For the tests of this package only: nodes that use what a run has.

/** Gives what it is told, or what is given for it from outside. */
export const echo = defineNode({
  type: "echo",
  version: "1",
  effect: "pure",
  settings: z.object({ value: Json }),
  input: z.object({ value: Json }),
  output: z.object({ value: Json }),
  execute: (_context, { settings, input }) => ({ value: input?.value ?? settings.value }),
});

/** Asks the model `writer`, and keeps the prompt and the answer. */
export const ask = defineNode({
  type: "ask",
  version: "1",
  effect: "pure",
  settings: z.object({ prompt: z.string() }),
  output: z.object({ text: z.string() }),
  needs: () => [{ kind: "model", id: "writer" }],
  async execute({ resources, signal, record, stream }, { settings: { prompt } }) {
    await record({ name: "state", data: { prompt } });
    const request = { messages: [{ role: "user", content: prompt }] } as const;
    const { text } = await resources.get("model", "writer").generate(request, { signal, onPiece: stream });
    await record({ name: "answer", data: text });
    return { text };
  },
});

/** Writes a file, and commits it when it has a message. */
export const write = defineNode({
  type: "write",
  version: "1",
  effect: "idempotent",
  settings: z.object({ path: z.string(), content: z.string(), message: z.string().optional() }),
  output: z.object({ directory: z.string() }),
  async execute({ workspace = "", outcome }, { settings: { path, content, message } }) {
    await writeFile(join(workspace, path), content);
    if (message !== undefined) await outcome?.commit(message);
    return { directory: workspace };
  },
});

/** What no test is to do. */
export const pay = defineNode({
  type: "pay",
  version: "1",
  effect: "effectful",
  settings: z.object({ account: z.string() }),
  output: z.object({ receipt: z.string() }),
  execute: () => {
    throw new Error("nobody is to pay in a test");
  },
});
