import { lineWriter } from "./line-writer.ts";

/** A stream, for somebody who shares it with others. */
export interface OwnedStream {
  write(text: string): void;
  /** What others write to it goes to `log`, line by line, until this is disposed. */
  divert(log: (text: string) => void): Disposable;
}

export function ownedStream(stream: NodeJS.WriteStream): OwnedStream {
  // oxlint-disable-next-line typescript/unbound-method -- it is put back as it was
  const { write } = stream;
  return {
    write: (text) => void write.call(stream, text),
    divert(log) {
      const lines = lineWriter(log);
      stream.write = lines.stream.write.bind(lines.stream) as typeof stream.write;
      return {
        [Symbol.dispose]() {
          stream.write = write;
          lines.flush();
        },
      };
    },
  };
}
