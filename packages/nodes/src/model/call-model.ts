import type { NodeContext } from "@dad/agent";
import { type CallTrace, traceChat, type TracedCall } from "@dad/model-calls";
import { ATTRIBUTES } from "@dad/observability";
import type { ArtifactEntry } from "@dad/protocol";
import { ModelError, type ModelPiece, type ModelRequest, type ModelResource, type ModelResponse } from "@dad/resources";

export interface ModelCall {
  readonly request: ModelRequest;
  /** Whether the pieces of the reply are told as they come, by a model that can. */
  readonly stream: boolean;
  /** Artifacts that have what is said, by what they are. */
  readonly said: Readonly<Record<string, ArtifactEntry | undefined>>;
}

/** A reply, and its span: whoever gets it ends it, once it is known where the reply is kept. */
export interface ModelCalled {
  readonly response: ModelResponse;
  readonly call: Pick<TracedCall<ModelResponse>, "refer" | "end">;
}

/** One call under a span of its own. What it uses, the model of the context counts by itself. */
export async function callModel(context: NodeContext, model: ModelResource, { request, stream, said }: ModelCall): Promise<ModelCalled> {
  context.signal.throwIfAborted();
  const streaming = stream && model.capabilities.streaming;
  const call = traceChat(model, { request, stream: streaming }, callTrace(context));
  for (const [what, entry] of Object.entries(said)) call.refer(what, entry);
  try {
    const options = { signal: context.signal, ...(streaming ? { onPiece: (piece: ModelPiece) => context.stream(piece) } : {}) };
    const response = await model.generate(request, call.options(options));
    call.replied(response);
    return { response, call };
  } catch (error) {
    call.failed(error);
    call.end();
    throw error;
  }
}

function callTrace({ observability, redactor, path }: NodeContext): CallTrace {
  return { observability, redactor, attributes: { [ATTRIBUTES.dad.nodePath]: path } };
}

const LONGEST_EXCERPT = 300;

export interface Unusable extends Pick<NodeContext, "redactor"> {
  readonly model: Pick<ModelResource, "modelId" | "capabilities">;
  readonly response: ModelResponse;
}

/** `MODEL_REPLY_INVALID`, with the beginning of the reply. The same call may succeed later, unless it is a recording. */
export function unusableReply({ model, response, redactor }: Unusable, problem: string): ModelError {
  const { finishReason } = response;
  const text = redactor.text(response.text.trim());
  const cut = finishReason === "length" ? " (it was cut off at the limit of tokens: raise settings.maxOutputTokens)" : "";
  const beginning = text.length > LONGEST_EXCERPT ? `${text.slice(0, LONGEST_EXCERPT)}…` : text;
  const begins = text === "" ? "" : `; it begins: ${beginning}`;
  return new ModelError("MODEL_REPLY_INVALID", `the reply of ${model.modelId} cannot be used${cut}: ${problem}${begins}`, {
    retryable: !model.capabilities.recorded,
    details: { model: model.modelId, finishReason },
  });
}
