import type { NodeContext } from "@dad/agent";
import { canonicalJson, type Json, type ModelTool } from "@dad/protocol";
import type { ModelMessage, ModelQuery, ModelRequest, ResourceNeed } from "@dad/resources";
import type { CheckedAsk } from "./ask-settings.ts";
import { ModelMissingError, ModelNotAllowedError } from "./errors.ts";
import { filePartsOf } from "./request-files.ts";
import { toolsOf } from "./tools-from.ts";

/**
 * Whom a node asks: the model that its input chooses, or else the first that it may ask.
 *
 * @throws ModelNotAllowedError (`MODEL_NOT_ALLOWED`), ModelMissingError (`MODEL_MISSING`).
 */
export function aliasOf({ resources }: NodeContext, settings: CheckedAsk, chosen: string | undefined): string {
  const allowed = allowedBy(settings, resources);
  const [first] = allowed;
  if (first === undefined) throw new ModelMissingError(settings.model as Json, { name: resources.name, models: resources.ids("model") });
  if (chosen === undefined) return first;
  if (allowed.includes(chosen)) return chosen;
  throw new ModelNotAllowedError(chosen, allowed);
}

function allowedBy({ model, models = [] }: CheckedAsk, resources: NodeContext["resources"]): readonly string[] {
  if (model === undefined) return models;
  return typeof model === "string" ? [model] : resources.models(model as ModelQuery);
}

/** The models that a node may ask, and the sources of its tools. */
export function resourcesNeeded({ model, models, toolsFrom = [] }: Partial<CheckedAsk>): readonly ResourceNeed[] {
  const aliases = typeof model === "string" ? [model] : (models ?? []);
  return [
    ...aliases.map((id) => ({ kind: "model" as const, id })),
    ...(typeof model === "object" ? [{ kind: "model" as const, query: model as ModelQuery }] : []),
    ...toolsFrom.map((item) => ({ kind: "tools" as const, id: toolsOf(item).source })),
  ];
}

/** What is asked first. A node that has a prompt only asks as briefly as it can, so that recordings are short. */
export async function requestOf(context: NodeContext, ask: CheckedAsk, tools: readonly ModelTool[]): Promise<ModelRequest> {
  const { system, output, toolChoice, settings } = ask;
  return {
    ...(system === undefined ? {} : { system: typeof system === "string" ? system : system.join("\n\n") }),
    messages: [...(ask.context ?? []).map(messageOf), ...sourcesOf(ask), await promptOf(context, ask)],
    ...(output === undefined ? {} : { output }),
    ...(tools.length === 0 ? {} : { tools }),
    ...(toolChoice === undefined ? {} : { toolChoice }),
    ...(settings === undefined ? {} : { settings }),
  };
}

type ContextItem = NonNullable<CheckedAsk["context"]>[number];

function messageOf(item: ContextItem): ModelMessage {
  return typeof item === "string" ? { role: "user", content: item } : item;
}

/** Each source has its title as a heading. A text is as it is, and any other value is JSON. */
function sourcesOf({ contextSources = [] }: CheckedAsk): ModelMessage[] {
  const texts = contextSources.map(({ title, value }) => `## ${title}\n\n${typeof value === "string" ? value : canonicalJson(value)}`);
  return texts.length === 0 ? [] : [{ role: "user", content: texts.join("\n\n") }];
}

async function promptOf(context: NodeContext, { prompt, files = [] }: CheckedAsk): Promise<ModelMessage> {
  if (files.length === 0) return { role: "user", content: prompt };
  return { role: "user", content: [...(await filePartsOf(context, files)), { type: "text", text: prompt }] };
}
