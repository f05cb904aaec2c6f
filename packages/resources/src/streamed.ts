import type { ModelRequest, ModelResponse } from "@dad/protocol";
import type { CallOptions, ModelPiece, ModelResource, ModelTrouble } from "./model-resource.ts";
import { partsOf } from "./reply.ts";

/** What comes on the way to a reply, and the reply. */
export type StreamedPart =
  | ({ readonly type: "piece" } & ModelPiece)
  /** The pieces before it belong to a reply that broke off: it starts anew. */
  | { readonly type: "trouble"; readonly trouble: ModelTrouble }
  /** The last one. */
  | { readonly type: "response"; readonly response: ModelResponse };

/**
 * A call whose reply is iterated over as it comes, with the whole of it as the last part. The model is called when the first part is
 * asked for. Pieces that come faster than they are asked for are put together, so that no more is kept than the reply itself. A model
 * that does not stream gives its text in one piece. Who stops iterating aborts the call.
 *
 * Fails as the call does, once the pieces are told that came before.
 */
export function streamed(model: ModelResource, request: ModelRequest, options: CallOptions = {}): AsyncIterableIterator<StreamedPart, undefined> {
  const stop = new AbortController();
  const arrived = arrivals();
  const parts = iterate();

  async function* iterate(): AsyncGenerator<StreamedPart, undefined> {
    const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
    void call(model, request, { options: { ...options, signal }, arrived });
    try {
      for (let part = await arrived.next(); part; part = await arrived.next()) yield part;
    } finally {
      stop.abort();
    }
    return undefined;
  }

  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => parts.next(),
    return() {
      stop.abort();
      // Who waits for a part is told that there is none.
      arrived.close();
      return parts.return(undefined);
    },
  };
}

interface Call {
  readonly options: CallOptions;
  readonly arrived: Arrivals;
}

async function call(model: ModelResource, request: ModelRequest, { options, arrived }: Call): Promise<void> {
  let told = false;
  const onPiece = (piece: ModelPiece) => {
    told = true;
    arrived.add({ type: "piece", ...piece });
  };
  const onTrouble = (trouble: ModelTrouble) => {
    told = false;
    options.onTrouble?.(trouble);
    arrived.add({ type: "trouble", trouble });
  };
  try {
    const response = await model.generate(request, { ...options, onPiece, onTrouble });
    if (!told) for (const piece of piecesOf(response)) onPiece(piece);
    arrived.add({ type: "response", response });
    arrived.close();
  } catch (error) {
    arrived.fail(error);
  }
}

function piecesOf(response: ModelResponse): readonly ModelPiece[] {
  return partsOf(response).flatMap((part) => (part.type === "text" || part.type === "reasoning" ? [{ channel: part.type, text: part.text }] : []));
}

interface Arrivals {
  readonly add: (part: StreamedPart) => void;
  readonly close: () => void;
  readonly fail: (error: unknown) => void;
  /** `undefined` at the end. One asks at a time. */
  readonly next: () => Promise<StreamedPart | undefined>;
}

function arrivals(): Arrivals {
  const parts: StreamedPart[] = [];
  let end: { readonly error?: unknown } | undefined;
  let wake = () => {};

  function close(how: { readonly error?: unknown }): void {
    end ??= how;
    wake();
  }

  return {
    add(part) {
      if (end) return;
      const last = parts.at(-1);
      if (part.type === "piece" && last?.type === "piece" && last.channel === part.channel)
        parts[parts.length - 1] = { ...last, text: last.text + part.text };
      else parts.push(part);
      wake();
    },
    close: () => close({}),
    fail: (error) => close({ error }),
    async next() {
      if (parts.length === 0 && !end) {
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        await promise;
      }
      const part = parts.shift();
      if (!part && end && "error" in end) throw end.error;
      return part;
    },
  };
}
