/** Writes a file in each of four nodes, the third one with what a model said; the last one has a name that would act on a terminal. */
export const BUILDER = `
import { agent } from "@dad/agent";
import { applyFileOperations, askModelFor, runCommand } from "@dad/nodes";
import { z } from "zod";

const write = (path: string, content: string) => applyFileOperations({ operations: [{ type: "create_file", path, content }] });

export const builder = agent("builder")
  .node("first", write("first.txt", "1\\n"))
  .node("ask", askModelFor(z.object({ line: z.string() }), { model: "writer", prompt: "A line, please" }))
  .node("second", write("second.txt", "2\\n"))
  .node("put", ({ ask }) => applyFileOperations({ operations: [{ type: "create_file", path: "line.txt", content: ask.line }] }))
  .node("odd", runCommand({ argv: ["sh", "-c", "printf x >\\"$(printf 'a\\\\033[31mb')\\""] }), { effect: "idempotent" })
  .node("last", write("last.txt", "3\\n"));
`;
