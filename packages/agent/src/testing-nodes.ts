// What the tests of this package build definitions of.
import { DadError } from "@dad/protocol";
import { z } from "zod";
import type { ComponentDefinition } from "./definition.ts";
import { defineNode, type NodeDefinition } from "./node-definition.ts";

export const scan = defineNode({
  type: "scan",
  version: "1",
  effect: "pure",
  code: "",
  settings: z.object({ directory: z.string(), depth: z.int().default(3) }),
  output: z.object({ tree: z.string(), files: z.array(z.object({ path: z.string(), bytes: z.int(), content: z.string().optional() })) }),
  execute: () => ({ tree: "", files: [] }),
});

export const shout = defineNode({
  type: "shout",
  version: "1",
  effect: "pure",
  code: "",
  settings: z.object({ text: z.string(), times: z.int().optional(), files: z.array(z.object({ path: z.string() })).optional() }),
  output: z.object({ text: z.string() }),
  execute: (_context, { settings }) => ({ text: settings.text.toUpperCase() }),
});

/** A node with these settings and no others, of some type and version. */
export function say(text: string, version = "1", type = "say"): NodeDefinition<null> {
  return defineNode({ type, version, effect: "pure", code: "", settings: z.object({ text: z.string() }), output: z.null(), execute: () => null })({
    text,
  });
}

/** The settings of the node at a position. */
export function settingsOf(definition: ComponentDefinition, index: number): unknown {
  const element = definition.elements[index]?.definition;
  return element?.kind === "node" ? element.settings : undefined;
}

/** The message of the DefinitionError that this throws. */
export function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (DadError.is(error, "DEFINITION_INVALID")) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}
