import type { Readable } from "node:stream";

/** More than any line that is waited for. */
const LONGEST_LINE = 256;

/** Tells of each line of a stream that hostile code may write into: what is too long to be meant is dropped, and never kept. */
export function eachLine(stream: Readable, tell: (line: string) => void): void {
  let rest = "";
  stream.on("data", (chunk: Uint8Array) => {
    const lines = (rest + Buffer.from(chunk).toString("latin1")).split("\n");
    rest = (lines.pop() ?? "").slice(0, LONGEST_LINE);
    lines.forEach(tell);
  });
  stream.on("error", () => undefined);
}
