import type { UsageEstimate } from "../model-meter.ts";
import type { CallOptions, Embedding, GenerateOptions, ModelResource } from "../model-resource.ts";
import { modelFacts } from "../model-facts.ts";
import { attempt, type AttemptPolicies, type Reply } from "./attempt.ts";
import { estimate, estimateOfTexts, fullName } from "./estimate.ts";
import { hearer } from "./hearer.ts";
import { type PolicyClock, systemPolicyClock } from "./policy-clock.ts";
import { retried, type RetryPolicy } from "./retry.ts";

/**
 * The same model, which asks `options.meter` before each of its calls, without any other policy. One that does that already stays
 * as it is.
 */
export function withMeter(model: ModelResource, { clock = systemPolicyClock() }: { readonly clock?: PolicyClock } = {}): ModelResource {
  if (model.metered) return model;
  const never: RetryPolicy = { attempts: 1, delayMs: 0, maxDelayMs: Number.POSITIVE_INFINITY, clock, random: Math.random };
  return surrounded(model, { limiters: [], maxPauseMs: Number.POSITIVE_INFINITY, timeoutMs: undefined, clock }, never);
}

interface Question<Given extends Reply> {
  readonly estimate: UsageEstimate;
  readonly options: GenerateOptions;
  readonly ask: (options: GenerateOptions) => Promise<Given>;
}

/** The model with all that is around one model, and asks no other. */
export function surrounded(model: ModelResource, policies: AttemptPolicies, retry: RetryPolicy): ModelResource {
  const name = fullName(model);

  async function answered<Given extends Reply>(question: Question<Given>): Promise<Given> {
    const { options } = question;
    const once = () => {
      const heard = hearer(options.onPiece);
      const { headers, onTrouble, onReplyId } = options;
      const passedOn = {
        ...(headers && { headers }),
        ...(onTrouble && { onTrouble }),
        ...(onReplyId && { onReplyId }),
        ...(heard.onPiece && { onPiece: heard.onPiece }),
      };
      const ask = (signal: AbortSignal) => question.ask({ ...passedOn, signal });
      return attempt({ model, estimate: question.estimate, options, hearer: heard, ask }, policies);
    };
    return await retried(once, { name, options }, retry);
  }

  return {
    ...modelFacts(model),
    metered: true,
    generate: async (request, options = {}) =>
      await answered({ estimate: estimate(request, model), options, ask: (own) => model.generate(request, own) }),
    ...(model.embed && {
      embed: async (texts, options: CallOptions = {}) =>
        await answered({ estimate: estimateOfTexts(texts, model), options, ask: (own) => embedded(model, texts, own) }),
    }),
  };
}

/** @throws TypeError for a model that makes no vectors. */
export async function embedded(model: ModelResource, texts: readonly string[], options: CallOptions): Promise<Embedding> {
  if (!model.embed) throw new TypeError(`${fullName(model)} makes no vectors`);
  return await model.embed(texts, options);
}
