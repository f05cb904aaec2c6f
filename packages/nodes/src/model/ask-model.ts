import { type Bindable, defineNode, type Effect, type NodeContext, type NodeDefinition, type WorkspaceUse } from "@dad/agent";
import { ATTRIBUTES, OPERATIONS, SPANS } from "@dad/observability";
import { ArtifactEntry, type Json, type ModelTool, nameHint } from "@dad/protocol";
import { escapeValue } from "@dad/template";
import { z } from "zod";
import { overridden } from "../settings-override.ts";
import { AskInput, type AskSettings, type CheckedAsk, StructuredSettings, TextSettings } from "./ask-settings.ts";
import { unusableReply } from "./call-model.ts";
import { isUnsure } from "./call-tool.ts";
import { type Conversation, converse, type Conversed, type Replied } from "./converse.ts";
import { ToolMissingError } from "./errors.ts";
import { inSpan } from "./in-span.ts";
import { aliasOf, requestOf, resourcesNeeded } from "./model-request.ts";
import { modelSchema, problemsOf } from "./model-schema.ts";
import { ownTool } from "./offered-tool.ts";
import { sourcedTools } from "./sourced-tools.ts";
import { effectOf, type Tool, toolSettings, toolsVersion } from "./tool.ts";
import { effectsFrom } from "./tools-from.ts";

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
  return textAsk(offerOf(settings, code))({ ...settings, ...toolsOf(code) } as never);
}

function textAsk(offer: Offer) {
  return defineNode({
    ...typeOf(offer),
    settings: TextSettings,
    input: AskInput,
    workspace: (settings, input) => workspaceUse(overridden(TextSettings, settings, input), offer),
    output: Answer,
    async execute(context, { settings, input }) {
      const asked = { ...overridden(TextSettings, settings, input), chosen: input?.model };
      const { response, files } = await ask(context, asked, { ...offer, check: () => {} });
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
  return structuredAsk(schema, offerOf(settings, code))({ ...settings, output, ...toolsOf(code) } as never);
}

function structuredAsk<Schema extends z.ZodType>(schema: Schema, offer: Offer) {
  const check = (replied: Replied): Json => structuredReply(replied, schema);
  return defineNode({
    ...typeOf(offer),
    settings: StructuredSettings,
    input: AskInput,
    workspace: (settings, input) => workspaceUse(overridden(StructuredSettings, settings, input), offer),
    output: schema,
    async execute(context, { settings, input }) {
      const asked = { ...overridden(StructuredSettings, settings, input), chosen: input?.model };
      return check(await ask(context, asked, { ...offer, check })) as z.input<Schema>;
    },
  });
}

/** What a node offers to a model. */
interface Offer {
  /** The functions of the node. */
  readonly tools: readonly Tool[];
  readonly effect: Effect;
  /** Whether it offers anything, also of others. */
  readonly offers: boolean;
}

function offerOf(settings: { readonly toolsFrom?: unknown }, { tools = [] }: AskCode): Offer {
  const effects = [...tools.map(({ effect }) => effect), ...effectsFrom(settings.toolsFrom)];
  return { tools, effect: effectOf(effects), offers: effects.length > 0 };
}

function typeOf({ tools, effect, offers }: Offer) {
  const version = `${offers ? "3" : "2"}${tools.length === 0 ? "" : `+${toolsVersion(tools)}`}`;
  // What tools look at, they do not say.
  const inputFiles = offers ? ("reads" as const) : ("none" as const);
  return { type: "ai_model", version, code: "", effect, inputFiles, needs: resourcesNeeded, untrusted: true, unsure: isUnsure };
}

/** A model sees what it is sent. A tool may look at all of it. */
function workspaceUse({ files = [] }: CheckedAsk, { effect, offers }: Offer): WorkspaceUse {
  if (offers) return effect === "pure" ? "reads" : "writes";
  return files.some((file) => typeof file === "string") ? "reads" : "none";
}

function toolsOf({ tools = [] }: AskCode): object {
  return tools.length === 0 ? {} : { tools: toolSettings(tools) };
}

/** What is asked, and whom the input chooses for that. */
type Asked = CheckedAsk & { readonly chosen: string | undefined };

async function ask(context: NodeContext, asked: Asked, offer: Offer & Pick<Conversation, "check">): Promise<Conversed> {
  context.signal.throwIfAborted();
  const { tools: own = [], toolsFrom = [], toolChoice, maxSteps, stream } = asked;
  const alias = aliasOf(context, asked, asked.chosen);
  const others = await sourcedTools(
    context,
    toolsFrom,
    own.map(({ name }) => name),
  );
  const told = [...own, ...others.told];
  assertOffered(toolChoice, told);
  const request = await requestOf(context, asked, told);
  const tools = [...offer.tools.map(ownTool), ...others.tools];
  const conversation = { alias, request, tools, maxSteps, stream, check: offer.check };
  if (!asked.plan) return await converse(context, conversation);
  return await inSpan(context, planSpan(context), async ({ context: within }) => await converse(within, conversation));
}

/** Of the agent that the run is of: the first element of each path. */
function planSpan({ path }: NodeContext) {
  const [agent = ""] = path.split(".");
  return { name: SPANS.plan(agent), attributes: { [ATTRIBUTES.genAi.operationName]: OPERATIONS.plan, [ATTRIBUTES.genAi.agentName]: agent } };
}

function assertOffered(choice: CheckedAsk["toolChoice"], tools: readonly ModelTool[]): void {
  if (typeof choice !== "object" || tools.some(({ name }) => name === choice.tool)) return;
  const names = tools.map(({ name }) => name);
  throw new ToolMissingError("the node", choice.tool, nameHint(choice.tool, names));
}

/** The reply as it came: whoever takes the output of a node parses it with the same schema. */
function structuredReply(replied: Replied, schema: z.ZodType): Json {
  const { response } = replied;
  if (response.structured === undefined) throw unusableReply(replied, response.text.trim() === "" ? "it is empty" : "it is no JSON");
  const parsed = schema.safeParse(response.structured);
  if (!parsed.success) throw unusableReply(replied, problemsOf(parsed.error));
  return response.structured;
}
