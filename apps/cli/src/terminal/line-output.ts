/** Lines on their way to a stream, many with one write. */
export interface LineOutput extends AsyncDisposable {
  /** Aborted when nobody reads any more. */
  readonly gone: AbortSignal;
  /** Adds a line, which arrives soon. What it gives, if anything, is to be waited for before the next one: the reader is slow. */
  line(text: string): Promise<void> | undefined;
}

/** UTF-16 code units that are written at once. */
const FULL = 65_536;

export function lineOutput(stream: NodeJS.WriteStream): LineOutput {
  const gone = new AbortController();
  const onError = (error: Error): void => gone.abort(error);
  stream.on("error", onError);
  let lines: string[] = [];
  let size = 0;

  function flush(): Promise<void> | undefined {
    if (lines.length === 0) return undefined;
    const text = lines.join("");
    [lines, size] = [[], 0];
    // Whether it arrived is told by the stream.
    const written = new Promise<void>((done) => void stream.write(text, () => done()));
    return stream.writableNeedDrain ? written : undefined;
  }

  return {
    gone: gone.signal,
    line(text) {
      // What comes from one piece of a file is there before anything else has its turn.
      if (lines.length === 0) setImmediate(() => void flush());
      lines.push(`${text}\n`);
      size += text.length;
      return size < FULL ? undefined : flush();
    },
    async [Symbol.asyncDispose]() {
      await flush();
      stream.off("error", onError);
    },
  };
}
