import type { NodePolicy, Question } from "@dad/agent";
import type { NodePath } from "@dad/protocol";
import type { z } from "zod";

/** The key of the question for what a node or a component needs. */
export const INPUT_KEY = "input";

export function promptFor(input: NodePolicy["input"], usual: string): string {
  return typeof input === "object" ? input.required : usual;
}

/** What is asked for the input of a node. */
export function inputQuestion(path: NodePath, schema: z.ZodType, input: NodePolicy["input"]): Question {
  return { key: INPUT_KEY, schema, prompt: promptFor(input, `Input for ${path}`) };
}
