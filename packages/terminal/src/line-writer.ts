import { Writable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

/** A stream that gives what is written to it in whole lines. */
export interface LineWriter {
  readonly stream: Writable;
  /** Gives the line that is begun. */
  flush(): void;
}

/** Takes something out of a text that comes in pieces. */
export interface Cleaner {
  push(piece: string): string;
  end(): string;
}

const UNCHANGED: Cleaner = { push: (piece) => piece, end: () => "" };

/** Where others print in between, half a line would be torn. `cleaner`: what is written goes through it first. */
export function lineWriter(log: (text: string) => void, cleaner = UNCHANGED): LineWriter {
  const decoder = new StringDecoder();
  let begun = "";
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      begun += cleaner.push(decoder.write(chunk));
      const end = begun.lastIndexOf("\n") + 1;
      if (end > 0) log(begun.slice(0, end));
      begun = begun.slice(end);
      done();
    },
  });
  return {
    stream,
    flush() {
      begun += cleaner.end();
      if (begun !== "") log(`${begun}\n`);
    },
  };
}
