import type { ModelTape } from "@dad/protocol";
import type { ModelCapabilities, ModelResource } from "../model-resource.ts";
import { tapePlayer } from "./tape-player.ts";

export interface RecordedModelOptions {
  readonly tape: ModelTape;
  /** Default: that of the tape, or else `recorded`. */
  readonly provider?: string;
  /** Default: that of the tape, or else `recorded`. */
  readonly modelId?: string;
}

export const RECORDED: ModelCapabilities = Object.freeze({
  structuredOutput: true,
  recorded: true,
  streaming: true,
  tools: true,
  files: true,
});

/**
 * A model that replies from a recording and calls nobody. A request is found by the digest of its canonical JSON: the
 * slightest change of a prompt is another request. One that was recorded several times gets its replies in order, and
 * then the last one again; that position belongs to this object, so give each run its own.
 *
 * A reply is told word by word to who wants to hear it. The tokens of the recording are in `usage.recorded`: nobody is
 * called, so that they are part of no total and cost nothing.
 *
 * @throws ModelError from `generate`: `MODEL_NOT_RECORDED`, which names the nearest entry and where it differs.
 */
export function recordedModel({ tape, provider, modelId }: RecordedModelOptions): ModelResource {
  const player = tapePlayer(tape, "the recording");
  return {
    provider: provider ?? tape.provider ?? "recorded",
    modelId: modelId ?? tape.modelId ?? "recorded",
    capabilities: RECORDED,
    async generate(request, options) {
      options?.signal?.throwIfAborted();
      return player.replyTo(request, options?.onPiece);
    },
  };
}
