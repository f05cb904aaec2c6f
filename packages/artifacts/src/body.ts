import type { ArtifactBody } from "./artifact-store.ts";

const encoder = new TextEncoder();

/** The bytes of a body, piece by piece, until its end or until the signal is aborted, whichever is first. */
export async function* chunksOf(body: ArtifactBody, signal?: AbortSignal): AsyncGenerator<Uint8Array, void> {
  signal?.throwIfAborted();
  if (typeof body === "string") yield encodeText(body);
  else if (body instanceof Uint8Array) yield body;
  else yield* pulled(body, signal);
}

/** The bytes of a text in UTF-8. A lone surrogate has none, and would silently become another character. */
export function encodeText(text: string): Uint8Array {
  if (!text.isWellFormed()) throw new TypeError("the text of an artifact holds a lone surrogate, which UTF-8 cannot carry");
  return encoder.encode(text);
}

async function* pulled(body: AsyncIterable<Uint8Array>, signal?: AbortSignal): AsyncGenerator<Uint8Array, void> {
  if (typeof body?.[Symbol.asyncIterator] !== "function")
    throw new TypeError("the body of an artifact is a string, a Uint8Array or an async iterable of Uint8Array");
  const iterator = body[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      const next = await untilAborted(iterator.next(), signal);
      if (next.done) {
        ended = true;
        return;
      }
      if (!(next.value instanceof Uint8Array))
        throw new TypeError(`the body of an artifact gave ${typeof next.value}, and only Uint8Array is stored`);
      yield next.value;
    }
  } finally {
    if (!ended) await release(iterator, signal);
  }
}

/** Lets a body that is not read to its end clean up. One that hangs is not waited for. */
async function release(iterator: AsyncIterator<Uint8Array>, signal?: AbortSignal): Promise<void> {
  // Why reading stopped is known already and is what the caller gets to see.
  const released = Promise.resolve(iterator.return?.()).catch(() => undefined);
  if (!signal?.aborted) await released;
}

function untilAborted<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise<T>((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    void promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
