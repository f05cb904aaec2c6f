type Fetch = typeof fetch;

/** A fetch whose responses break off when they have more than so many bytes. */
export function boundedFetch(own: Fetch, limitBytes: number): Fetch {
  return async (input, init) => {
    const response = await own(input, init);
    if (!response.body) return response;
    let left = limitBytes;
    const bounded = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        left -= chunk.byteLength;
        if (left < 0) controller.error(new RangeError(`a response has more than ${limitBytes} bytes`));
        else controller.enqueue(chunk);
      },
    });
    const { status, statusText, headers } = response;
    return new Response(response.body.pipeThrough(bounded), { status, statusText, headers });
  };
}
