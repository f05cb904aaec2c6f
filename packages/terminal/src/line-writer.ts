import { Writable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

/** A stream that gives what is written to it in whole lines. */
export interface LineWriter {
  readonly stream: Writable;
  /** Gives the line that is begun. */
  flush(): void;
}

/** Where others print in between, half a line would be torn. */
export function lineWriter(log: (text: string) => void): LineWriter {
  const decoder = new StringDecoder();
  let begun = "";
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      begun += decoder.write(chunk);
      const end = begun.lastIndexOf("\n") + 1;
      if (end > 0) log(begun.slice(0, end));
      begun = begun.slice(end);
      done();
    },
  });
  return { stream, flush: () => void (begun !== "" && log(`${begun}\n`)) };
}
