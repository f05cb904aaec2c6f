import { type Bindable, defineNode, type NodeContext, type NodeDefinition, type WorkspaceUse } from "@dad/agent";
import { ArtifactEntry, type Json } from "@dad/protocol";
import { escapeValue } from "@dad/template";
import { z } from "zod";
import { overridden } from "../settings-override.ts";
import { AskInput, type AskSettings, type CheckedAsk, StructuredSettings, TextSettings } from "./ask-settings.ts";
import { unusableReply } from "./call-model.ts";
import { converse, type Conversed } from "./converse.ts";
import { aliasOf, modelsNeeded, requestOf } from "./model-request.ts";
import { modelSchema, problemsOf } from "./model-schema.ts";
import { effectOf, type Tool, toolSettings, toolsVersion } from "./tool.ts";

/** What of a node is no data. */
export interface AskCode {
  /** What the model may have executed. Its text is part of the version of the node, and its effect that of the node. */
  readonly tools?: readonly Tool[];
}

const Answer = z.strictObject({
  text: z.string(),
  /** `length`: the text was cut off. */
  finishReason: z.string(),
  /** Images and other files that the model made, as far as the record settings of the node let it keep them. */
  files: z.array(ArtifactEntry),
});

/** What `askModel` gives. */
export type ModelAnswer = z.output<typeof Answer>;

/**
 * Asks a model for text. The request is kept as the artifact `state` before the call, and the reply as `reply`; usage is
 * counted, and each call has a span of its own, in which no content is. With tools the model is asked again with what they
 * gave, at most `maxSteps` times, until it calls no more.
 *
 * Pure, unless a tool is not: nothing but the bill changes. Asked again, a model may say something else.
 *
 * @throws ModelError (`MODEL_…`), `RESOURCE_UNKNOWN`, `MODEL_NOT_ALLOWED`, `MODEL_FILE_UNUSABLE`, `MODEL_STEPS_EXCEEDED`, `TOOL_RESULT_INVALID`.
 */
export function askModel(settings: Bindable<AskSettings>, code: AskCode = {}): NodeDefinition<ModelAnswer> {
  return textAsk(code)({ ...settings, ...toolsOf(code) } as never);
}

function textAsk(code: AskCode) {
  return defineNode({
    ...typeOf(code),
    settings: TextSettings,
    input: AskInput,
    workspace: (settings, input) => workspaceUse(overridden(TextSettings, settings, input), code),
    output: Answer,
    async execute(context, { settings, input }) {
      const { response, files } = await ask(context, overridden(TextSettings, settings, input), { ...code, chosen: input?.model });
      return { text: response.text, finishReason: response.finishReason, files: [...files] };
    },
  });
}

/** What `askModelFor` takes besides the schema. */
export type AskForOptions = AskSettings & {
  /** What the provider calls the reply: letters, digits, `_`, `-`. Default `reply`. */
  readonly name?: string;
};

/**
 * Asks a model for a reply that fits a schema; the node gives the reply itself. Everything else is as
 * with `askModel`.
 *
 *     askModelFor(z.object({ title: z.string() }), { model: "writer", prompt: "A title for: $var{text}" })
 *
 * @throws ModelError (`MODEL_REPLY_INVALID`) for a reply that does not fit, with what is wrong in it and how it begins.
 */
export function askModelFor<Schema extends z.ZodType>(
  schema: Schema,
  options: Bindable<AskForOptions>,
  code: AskCode = {},
): NodeDefinition<z.output<Schema>> {
  // Without types, the two are easily swapped.
  if (!(schema instanceof z.ZodType)) throw new TypeError("askModelFor takes a zod schema first, and then what is asked");
  const { name = "reply", ...settings } = options as { readonly name?: string };
  const output = { name, schema: escapeValue(modelSchema(schema, `the schema of the ${name}`)) };
  return structuredAsk(schema, code)({ ...settings, output, ...toolsOf(code) } as never);
}

function structuredAsk<Schema extends z.ZodType>(schema: Schema, code: AskCode) {
  return defineNode({
    ...typeOf(code),
    settings: StructuredSettings,
    input: AskInput,
    workspace: (settings, input) => workspaceUse(overridden(StructuredSettings, settings, input), code),
    output: schema,
    async execute(context, { settings, input }) {
      const conversed = await ask(context, overridden(StructuredSettings, settings, input), { ...code, chosen: input?.model });
      return structuredReply(conversed, schema) as z.input<Schema>;
    },
  });
}

function typeOf(code: AskCode) {
  const { tools = [] } = code;
  const version = tools.length === 0 ? "2" : `2+${toolsVersion(tools)}`;
  // What tools look at, they do not say.
  const inputFiles = tools.length === 0 ? ("none" as const) : ("reads" as const);
  return { type: "ai_model", version, code: "", effect: effectOf(tools), inputFiles, needs: modelsNeeded, untrusted: true };
}

/** A model sees what it is sent. A tool may look at all of it. */
function workspaceUse({ files = [] }: CheckedAsk, { tools = [] }: AskCode): WorkspaceUse {
  if (tools.length > 0) return effectOf(tools) === "pure" ? "reads" : "writes";
  return files.some((file) => typeof file === "string") ? "reads" : "none";
}

function toolsOf({ tools = [] }: AskCode): object {
  return tools.length === 0 ? {} : { tools: toolSettings(tools) };
}

async function ask(context: NodeContext, settings: CheckedAsk, code: AskCode & { readonly chosen: string | undefined }): Promise<Conversed> {
  context.signal.throwIfAborted();
  const alias = aliasOf(settings, code.chosen);
  const request = await requestOf(context, settings);
  return await converse(context, { alias, request, tools: code.tools ?? [], maxSteps: settings.maxSteps, stream: settings.stream });
}

/** The reply as it came: whoever takes the output of a node parses it with the same schema. */
function structuredReply({ model, response }: Conversed, schema: z.ZodType): Json {
  if (response.structured === undefined) throw unusableReply(model, response, response.text.trim() === "" ? "it is empty" : "it is no JSON");
  const parsed = schema.safeParse(response.structured);
  if (!parsed.success) throw unusableReply(model, response, problemsOf(parsed.error));
  return response.structured;
}
