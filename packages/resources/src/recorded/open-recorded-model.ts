import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { TapeUnreadableError } from "../errors.ts";
import type { ModelResource } from "../model-resource.ts";
import { readTape } from "./read-tape.ts";
import { RECORDED } from "./recorded-model.ts";
import { type TapePlayer, tapePlayer } from "./tape-player.ts";

export interface OpenRecordedModelOptions {
  /** The tape: a path, or a `file:` URL such as `new URL("coder.tape.json", import.meta.url)`. */
  readonly file: string | URL;
  /** Default: `recorded`. */
  readonly provider?: string;
  /** Default: `recorded`. The reply names the model that was recorded. */
  readonly modelId?: string;
}

/**
 * A recorded model whose tape is read when it is first asked. A file that could not be read is tried again by the next call.
 *
 * @throws TapeUnreadableError from `generate`: `TAPE_UNREADABLE`, which names the file; and what `recordedModel` throws.
 */
export function openRecordedModel({ file, provider = "recorded", modelId = "recorded" }: OpenRecordedModelOptions): ModelResource {
  const path = typeof file === "string" ? file : fileURLToPath(file);
  let opening: Promise<TapePlayer> | undefined;

  const open = async (): Promise<TapePlayer> => tapePlayer(readTape(await textOf(path), path), `the recording ${path}`);

  return {
    provider,
    modelId,
    capabilities: RECORDED,
    async generate(request, options) {
      options?.signal?.throwIfAborted();
      opening ??= open().catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
      const player = await opening;
      options?.signal?.throwIfAborted();
      return player.replyTo(request, options?.onPiece);
    },
  };
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new TapeUnreadableError(path, (cause as Error).message, { cause });
  }
}
