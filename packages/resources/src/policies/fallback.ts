import { addUsage, errorEnvelope, type ModelRequest, type Usage } from "@dad/protocol";
import type { CallOptions, GenerateOptions, ModelResource } from "../model-resource.ts";
import type { Reply } from "./attempt.ts";
import { fullName } from "./estimate.ts";
import { hearer } from "./hearer.ts";
import { isTransient } from "./retry.ts";
import { isModelError, knownUsage, type ModelFailure, sumOf, withDetails } from "./spent.ts";
import { embedded, withMeter } from "./surrounded.ts";

/** The model, and those that are asked in its place while it fails. All of them ask `options.meter`. */
export function withFallbacks(model: ModelResource, fallbacks: readonly ModelResource[]): ModelResource {
  if (fallbacks.length === 0) return model;
  const first = withMeter(model);
  const others = fallbacks.map((other) => withMeter(other));
  // Vectors of another model mean something else.
  const embedders = [first, ...others.filter((other) => other.embed && other.modelId === first.modelId)];
  return {
    ...first,
    async generate(request, options: GenerateOptions = {}) {
      const heard = hearer(options.onPiece);
      const hearing = { ...options, ...(heard.onPiece ? { onPiece: heard.onPiece } : {}) };
      const able = others.filter((other) => canAnswer(other, request, first));
      const passedOver = others.filter((other) => !able.includes(other));
      return await firstReply([first, ...able], { options, passedOver, final: heard.failed, ask: (one) => one.generate(request, hearing) });
    },
    ...(first.embed && {
      embed: async (texts, options: CallOptions = {}) =>
        await firstReply(embedders, { options, passedOver: [], final: () => false, ask: (one) => embedded(one, texts, options) }),
    }),
  };
}

/** Nothing is asked of a model that it would refuse, or answer less exactly than the first would have. */
function canAnswer({ capabilities }: ModelResource, { tools, output, messages }: ModelRequest, first: ModelResource): boolean {
  const hasFiles = messages.some(({ content }) => typeof content !== "string" && [...content].some(({ type }) => type === "file"));
  return (
    (capabilities.tools || !tools?.length) &&
    (capabilities.files || !hasFiles) &&
    (capabilities.structuredOutput || !output || !first.capabilities.structuredOutput)
  );
}

interface Asking<Given extends Reply> {
  readonly options: CallOptions;
  /** Those that cannot do what the request needs. */
  readonly passedOver: readonly ModelResource[];
  /** It is not the model that failed. */
  readonly final: () => boolean;
  readonly ask: (model: ModelResource) => Promise<Given>;
}

interface Failed {
  readonly model: ModelResource;
  readonly error: ModelFailure;
}

async function firstReply<Given extends Reply>(models: readonly ModelResource[], { options, passedOver, final, ask }: Asking<Given>): Promise<Given> {
  const failed: Failed[] = [];
  for (const [index, model] of models.entries()) {
    try {
      const reply = await ask(model);
      const before = usedBy(failed);
      return before ? { ...reply, usage: addUsage(before, reply.usage) } : reply;
    } catch (error) {
      options.signal?.throwIfAborted();
      if (final() || !isModelError(error)) throw error;
      failed.push({ model, error });
      const next = models[index + 1];
      if (!isTransient(error) || !next) break;
      options.onTrouble?.({ type: "replaced", model: fullName(model), by: fullName(next), error: errorEnvelope(error) });
    }
  }
  throw failureOf(failed, passedOver.map(fullName));
}

function usedBy(failed: readonly Failed[]): Usage | undefined {
  return failed.reduce<Usage | undefined>((sum, { error }) => sumOf(sum, knownUsage(error)), undefined);
}

/** The error of the last one, with those of the others, and with those of whom too much would have been asked. */
function failureOf(failed: readonly Failed[], passedOver: readonly string[]): unknown {
  const { error } = failed.at(-1) as Failed;
  const others = failed.slice(0, -1);
  const skipped = isTransient(error) ? passedOver : [];
  if (others.length === 0 && skipped.length === 0) return error;
  const before = others.length === 0 ? "" : `; before that: ${others.map((other) => other.error.message).join("; ")}`;
  const missing = skipped.length === 0 ? "" : `; what the request needs is more than ${skipped.join(", ")} can do`;
  return withDetails(error, {
    used: usedBy(failed),
    message: `${error.message}${before}${missing}`,
    details: {
      replaced: others.map(({ model, error: { code, message } }) => ({ model: fullName(model), code, message })),
      ...(skipped.length === 0 ? {} : { passedOver: skipped }),
    },
  });
}
