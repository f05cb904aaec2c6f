import type { NodeContext } from "@dad/agent";
import { canonicalJson } from "@dad/protocol";
import type { ModelMessage, ModelRequest, ResourceNeed } from "@dad/resources";
import type { CheckedAsk } from "./ask-settings.ts";
import { ModelNotAllowedError } from "./errors.ts";
import { filePartsOf } from "./request-files.ts";

/** Whom a node asks: the model that its input chooses, or else the first that it may ask. @throws ModelNotAllowedError. */
export function aliasOf(settings: CheckedAsk, chosen: string | undefined): string {
  const [first, ...others] = aliasesOf(settings);
  // The schema sees to it that there is one.
  if (first === undefined) throw new TypeError("a node without a model");
  const allowed = [first, ...others];
  if (chosen === undefined) return first;
  if (allowed.includes(chosen)) return chosen;
  throw new ModelNotAllowedError(chosen, allowed);
}

/** The models that a node may ask, as resources. */
export function modelsNeeded(settings: Whom): readonly ResourceNeed[] {
  return aliasesOf(settings).map((id) => ({ kind: "model", id }));
}

type Whom = Pick<CheckedAsk, "model" | "models">;

function aliasesOf({ model, models = [] }: Whom): readonly string[] {
  return model === undefined ? models : [model];
}

/** What is asked first. A node that has a prompt only asks as briefly as it can, so that recordings are short. */
export async function requestOf(context: NodeContext, ask: CheckedAsk): Promise<ModelRequest> {
  const { system, output, tools = [], toolChoice, settings } = ask;
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
