import { type Bindable, defineNode, type NodeContext, type NodeDefinition } from "@dad/agent";
import { type Json, ModelOutputSpec, ModelSettings } from "@dad/protocol";
import type { ModelRequest } from "@dad/resources";
import { z } from "zod";
import { callModel, unusableReply } from "./call-model.ts";
import { replySchema } from "./reply-schema.ts";

const AskSettings = z.strictObject({
  /** The name under which the profile of the run has a model. */
  model: z.string().min(1),
  system: z.string().optional(),
  prompt: z.string().min(1),
  settings: ModelSettings.optional(),
});

export type AskSettings = z.input<typeof AskSettings>;

const StructuredAskSettings = AskSettings.extend({ output: ModelOutputSpec });

/**
 * Asks a model for text. The request is kept as the artifact `state` before the call, and the reply as
 * `reply`; usage is counted, and the call has a span of its own, in which no content is.
 *
 * Pure: nothing but the bill changes. Asked again, a model may say something else.
 *
 * @throws ModelError (`MODEL_…`), `RESOURCE_UNKNOWN`.
 */
export const askModel = defineNode({
  type: "ai_model",
  version: "1",
  effect: "pure",
  settings: AskSettings,
  output: z.strictObject({
    text: z.string(),
    /** `length`: the text was cut off. */
    finishReason: z.string(),
  }),
  async execute(context, { settings }) {
    const { text, finishReason } = await callModel(context, { alias: settings.model, request: requestOf(settings) });
    return { text, finishReason };
  },
});

/** What `askModelFor` takes besides the schema. */
export interface AskForOptions extends AskSettings {
  /** What the provider calls the reply: letters, digits, `_`, `-`. Default `reply`. */
  readonly name?: string;
}

/**
 * Asks a model for a reply that fits a schema; the node gives the reply itself. Everything else is as
 * with `askModel`.
 *
 *     askModelFor(z.object({ title: z.string() }), { model: "writer", prompt: "A title for: $var{text}" })
 *
 * @throws ModelError (`MODEL_REPLY_INVALID`) for a reply that does not fit, with what is wrong in it and how it begins.
 */
export function askModelFor<Schema extends z.ZodType>(schema: Schema, options: Bindable<AskForOptions>): NodeDefinition<z.output<Schema>> {
  const { name = "reply", ...settings } = options as { readonly name?: string };
  const output = { name, schema: replySchema(schema) };
  return structuredAsk(schema)({ ...settings, output } as never);
}

function structuredAsk<Schema extends z.ZodType>(schema: Schema) {
  return defineNode({
    type: "ai_model",
    version: "1",
    effect: "pure",
    settings: StructuredAskSettings,
    output: schema,
    execute: (context, { settings }) => structuredReply(context, settings, schema) as Promise<z.input<Schema>>,
  });
}

/** The reply as it came: whoever takes the output of a node parses it with the same schema. */
async function structuredReply(context: NodeContext, settings: z.output<typeof StructuredAskSettings>, schema: z.ZodType): Promise<Json> {
  const response = await callModel(context, { alias: settings.model, request: requestOf(settings) });
  const model = context.resources.get("model", settings.model);
  if (response.structured === undefined) throw unusableReply(model, response, "it is not JSON");
  const parsed = schema.safeParse(response.structured);
  if (!parsed.success) throw unusableReply(model, response, problemsOf(parsed.error));
  return response.structured;
}

function requestOf({ system, prompt, settings, output }: z.output<typeof AskSettings> & { readonly output?: ModelOutputSpec }): ModelRequest {
  return {
    ...(system === undefined ? {} : { system }),
    messages: [{ role: "user", content: prompt }],
    ...(output === undefined ? {} : { output }),
    ...(settings === undefined ? {} : { settings }),
  };
}

const MOST_PROBLEMS = 5;

function problemsOf({ issues }: z.ZodError): string {
  const shown = issues.slice(0, MOST_PROBLEMS).map(({ path, message }) => (path.length === 0 ? message : `${z.core.toDotPath(path)}: ${message}`));
  return [...shown, ...(issues.length > MOST_PROBLEMS ? [`and ${issues.length - MOST_PROBLEMS} more`] : [])].join("; ");
}
