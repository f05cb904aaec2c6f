import { ArtifactEntry, ModelOutputSpec, type ModelSettings, ModelTool, ModelToolChoice, nameHint, WrittenModelSettings } from "@dad/protocol";
import type { ModelQuery } from "@dad/resources";
import { z } from "zod";
import { overridingInput } from "../settings-override.ts";
import { ToolsFrom } from "./tools-from.ts";

const alias = z.string().min(1);
const DEFAULT_MAX_STEPS = 8;

const ContextItem = z.union(
  [z.string().min(1), z.strictObject({ role: z.enum(["user", "assistant"]), content: z.string().min(1) })],
  'a text is expected, or { role, content } with a text as the content and the role "user" or "assistant"',
);

/** What a node asks, and how. All of it can be replaced through the input. */
const Asking = z.strictObject({
  /** The instructions of the model. Several become paragraphs. */
  system: z.union([z.string(), z.array(z.string())], "a text or a list of texts is expected").optional(),
  /** What is said before the prompt, in order. A text is the user's. */
  context: z.array(ContextItem).optional(),
  /** What earlier nodes gave, or any other value: a heading and the value for each, in one message between the context and the prompt. */
  contextSources: z.array(z.strictObject({ title: z.string().min(1), value: z.unknown() })).optional(),
  prompt: z.string().min(1),
  /** Images and other files that go with the prompt: paths in the workspace, or entries of artifacts that earlier nodes gave. */
  files: z.array(z.union([z.string().min(1), ArtifactEntry], "a path, or an artifact that an earlier node gave, is expected")).optional(),
  // The schema of the protocol says of its input that it may be anything, which would let everything compile.
  settings: (WrittenModelSettings as z.ZodType<ModelSettings, ModelSettings>).optional(),
  /** Whether or which tool the first reply has to call; from then on the model decides. */
  toolChoice: (ModelToolChoice as z.ZodType<ModelToolChoice, ModelToolChoice>).optional(),
  /** How often the model is asked at most, until it calls no more tools. */
  maxSteps: z.int().min(1).default(DEFAULT_MAX_STEPS),
  /** Whether the reply is told in pieces as it comes, by a model that can. */
  stream: z.boolean().default(true),
});

const Query = z
  .strictObject({
    /** As the provider names it, such as `claude-sonnet-4-5`. */
    model: alias.optional(),
    provider: alias.optional(),
    /** All that it has to be able to do. */
    capabilities: z.array(z.enum(["structuredOutput", "recorded", "streaming", "tools", "files"])).optional(),
    /** Among these aliases only. */
    among: z.array(alias).min(1).optional(),
  })
  .refine((query) => Object.values(query).some((member) => member !== undefined), "say what the model is: model, provider, capabilities or among");

const whom = {
  /** The name under which the profile of the run has a model, or what it is: then the first of the profile that is so. */
  model: z.union([alias, Query], "an alias, or { model, provider, capabilities, among }, is expected").optional(),
  /** Instead of `model`: those that may be asked. The first is, unless the input of the node chooses another. */
  models: z.array(alias).min(1).optional(),
};

function hasOneOf({ model, models }: { readonly model?: unknown; readonly models?: readonly string[] | undefined }): boolean {
  return (model === undefined) !== (models === undefined);
}
const ONE_OF = "give either model or models";

interface WithTools {
  readonly tools?: readonly ModelTool[] | undefined;
  readonly toolsFrom?: ToolsFrom | undefined;
  readonly toolChoice?: ModelToolChoice | undefined;
}

/** Which tools others have, is known only when they are asked. */
function checkToolChoice({ value: { tools = [], toolsFrom, toolChoice }, issues }: z.core.ParsePayload<WithTools>): void {
  const names = tools.map(({ name }) => name);
  const chosen = typeof toolChoice === "object" ? toolChoice.tool : undefined;
  if (toolChoice === undefined || toolsFrom !== undefined || (chosen === undefined ? names.length > 0 : names.includes(chosen))) return;
  const message = chosen === undefined ? "the node has no tools" : `the node has no tool ${JSON.stringify(chosen)}; ${nameHint(chosen, names)}`;
  issues.push({ code: "custom", path: ["toolChoice"], message, input: toolChoice });
}

/** What nobody replaces through the input. */
const meant = {
  /** The reply is a plan: what is to be done, by whoever comes next. Its trace says so; nothing else is different. Default false. */
  plan: z.boolean().optional(),
};

/** What a model may have executed. Nobody gives a node other tools from outside. */
const offered = {
  /** From the code of the node. */
  tools: z.array(ModelTool).optional(),
  toolsFrom: ToolsFrom.optional(),
};

export const TextSettings = Asking.extend({ ...whom, ...meant, ...offered })
  .refine(hasOneOf, ONE_OF)
  .check(checkToolChoice);
export const StructuredSettings = Asking.extend({ ...whom, ...meant, ...offered, output: ModelOutputSpec })
  .refine(hasOneOf, ONE_OF)
  .check(checkToolChoice);

/** `model` chooses among those that the node may ask. */
export const AskInput = overridingInput(Asking, { model: alias.optional() });

export type AskSettings = z.input<typeof Asking> & {
  readonly model?: string | ModelQuery;
  readonly models?: readonly string[];
  readonly plan?: boolean;
  /** Tools of others, by the aliases under which the profile of the run has them. */
  readonly toolsFrom?: z.input<typeof ToolsFrom>;
};
/** What both kinds of nodes have, once it is checked. */
export type CheckedAsk = z.output<typeof TextSettings> & { readonly output?: ModelOutputSpec };
