import { DefinitionError, type Effect, type NodeContext } from "@dad/agent";
import { canonicalJson, digestOfBytes, hexOfDigest, type Json, ModelTool } from "@dad/protocol";
import { escapeValue } from "@dad/template";
import type { z } from "zod";
import { modelSchema } from "./model-schema.ts";

/** Asks somebody before a tool is executed. */
export interface ApprovalQuestion {
  /** Why it is asked, for whoever answers. */
  readonly reason?: string;
  /** How long it may be answered: milliseconds, or `90s`, `30m`, `12h`, `7d`. Then the call is denied. Default: without end. */
  readonly expiresIn?: number | string;
}

/** Whether somebody is asked before a tool is executed. */
export type Approval = boolean | ((input: unknown, context: NodeContext) => ApprovalAsked | Promise<ApprovalAsked>);
export type ApprovalAsked = boolean | ApprovalQuestion;

/** Something that a model may have executed while it is asked. Made by `defineTool`. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly effect: Effect;
  readonly input: z.ZodType;
  readonly approval: Approval;
  readonly execute: (input: unknown, context: NodeContext) => unknown;
}

export interface ToolOptions<Input extends z.ZodType> {
  /** Letters, digits, `_`, `-`, at most 64. */
  readonly name: string;
  /** Tells the model what the tool does and when to use it. */
  readonly description: string;
  /** An object. The model is told its JSON Schema; each call is checked with it. */
  readonly input: Input;
  /** Default `effectful`: what a function does is not known. */
  readonly effect?: Effect;
  /** Change it when the function gives another result without another text, because something that it calls changed. Default `1`. */
  readonly version?: string;
  /**
   * Whether somebody has to approve of a call before it is executed: of each, or of those for which a function gives `true` or a
   * question. What is denied is told to the model as a failure. Default false.
   */
  readonly approval?: boolean | ((input: z.output<Input>, context: NodeContext) => ApprovalAsked | Promise<ApprovalAsked>);
  /**
   * Gives any JSON value, or nothing, which stands for `null`; what it throws is told to the model. The context is that of the
   * node, with an `idempotencyKey` for each call; its `exec` runs commands in isolation `contained`, since a model has chosen them.
   * Who wants another policy says so: `context.isolated(policy)`, or `context.space` for the one of the run.
   */
  readonly execute: (input: z.output<Input>, context: NodeContext) => unknown;
}

/**
 * A tool for `askModel` and `askModelFor`.
 *
 *     const weather = defineTool({
 *       name: "weather",
 *       description: "Says what the weather is in a city.",
 *       input: z.object({ city: z.string() }),
 *       effect: "pure",
 *       execute: async ({ city }, { signal }) => (await fetch(`https://weather.example/${city}`, { signal })).json(),
 *     });
 *     askModel({ model: "writer", prompt: "Is it warmer in Bern or in Rome?" }, { tools: [weather] });
 *
 * @throws DefinitionError (`DEFINITION_INVALID`) for a name that is none, and an input that is no object or that JSON Schema cannot say.
 */
export function defineTool<Input extends z.ZodType>(options: ToolOptions<Input>): Tool {
  const { name, description, input, effect = "effectful", version = "1", approval = false, execute } = options;
  if (typeof execute !== "function") throw new TypeError(`the tool ${JSON.stringify(name)} has no function to execute`);
  // What it takes is checked with its schema before it is called.
  const checked = { approval: approval as Approval, execute: execute as Tool["execute"] };
  const tool: Tool = { name, description, version, effect, input, ...checked };
  const { error, data } = ModelTool.safeParse(told(tool));
  if (error) throw new DefinitionError(`the tool ${JSON.stringify(name)} cannot be so: ${error.issues[0]?.message}`, { tool: name });
  if (data.inputSchema["type"] !== "object") throw new DefinitionError(`the input of the tool "${name}" is no object`, { tool: name });
  return Object.freeze(tool);
}

/** The tools as settings of a node, in which nothing is a template. @throws DefinitionError for two of one name. */
export function toolSettings(tools: readonly Tool[]): ModelTool[] {
  const names = tools.map(({ name }) => name);
  const twin = names.find((name, index) => names.indexOf(name) !== index);
  if (twin !== undefined) throw new DefinitionError(`there are two tools "${twin}"`, { tool: twin });
  return escapeValue(tools.map(told) as unknown as Json) as unknown as ModelTool[];
}

function told({ name, description, input }: Tool): ModelTool {
  return { name, description, inputSchema: modelSchema(input, `the input of the tool ${JSON.stringify(name)}`) };
}

const HEX_OF_SOURCE = 16;

/** Names what the settings do not: the versions and the own texts of the functions. Not what they call or close over. */
export function toolsVersion(tools: readonly Tool[]): string {
  const identity = tools.map(({ name, version, execute }) => ({ name, version, source: String(execute) }));
  return hexOfDigest(digestOfBytes(canonicalJson(identity))).slice(0, HEX_OF_SOURCE);
}

/** What repeating a node with such tools means: as much as repeating the one that matters most. A model itself changes nothing but the bill. */
export function effectOf(effects: readonly Effect[]): Effect {
  if (effects.includes("effectful")) return "effectful";
  return effects.includes("idempotent") ? "idempotent" : "pure";
}
