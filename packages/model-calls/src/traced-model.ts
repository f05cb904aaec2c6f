import {
  type CallOptions,
  type Embedding,
  type GenerateOptions,
  modelFacts,
  type ModelRequest,
  type ModelResource,
  type ModelResponse,
} from "@dad/resources";
import { type CallTrace, traceChat, type TracedCall, traceEmbeddings } from "./traced-call.ts";

/** The same model. Each of its calls is traced, unless who makes it does that (`options.traced`). */
export function tracedModel(model: ModelResource, trace: CallTrace): ModelResource {
  return {
    ...modelFacts(model),
    async generate(request: ModelRequest, options: GenerateOptions = {}): Promise<ModelResponse> {
      if (options.traced) return await model.generate(request, options);
      const stream = options.onPiece !== undefined && model.capabilities.streaming;
      const call = traceChat(model, { request, stream }, trace);
      return await within(call, () => model.generate(request, call.options(options)));
    },
    ...(model.embed && {
      async embed(texts, options = {}): Promise<Embedding> {
        if (options.traced) return await embedded(model, texts, options);
        const call = traceEmbeddings(model, trace);
        return await within(call, () => embedded(model, texts, call.options(options)));
      },
    }),
  };
}

async function embedded(model: ModelResource, texts: readonly string[], options: CallOptions): Promise<Embedding> {
  if (!model.embed) throw new TypeError(`${model.modelId} makes no vectors any more`);
  return await model.embed(texts, options);
}

async function within<Reply>(call: TracedCall<Reply>, ask: () => Promise<Reply>): Promise<Reply> {
  try {
    const reply = await ask();
    call.replied(reply);
    return reply;
  } catch (error) {
    call.failed(error);
    throw error;
  } finally {
    call.end();
  }
}
