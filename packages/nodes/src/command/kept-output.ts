import type { NodeContext } from "@dad/agent";
import type { ExecResult } from "@dad/isolation";
import { decodeLossy } from "../decode-text.ts";

export type OutputStream = "stdout" | "stderr";

/** Of what is kept of a stream that has more, so much is its end: there is what went wrong. */
const LARGEST_END = 65_536;
const PART_FOR_END = 4;

/**
 * The bytes of a stream. `end` is there when some were lost: then `begin` is not all, and where they are cut, neither has a part of a
 * secret. What is whole has its secrets yet.
 */
export interface KeptStream {
  readonly begin: Uint8Array;
  readonly end: Uint8Array | undefined;
}

/** Follows the output of a command as it comes. */
export interface OutputWatch {
  onOutput(stream: OutputStream, chunk: Uint8Array): void;
  /** Once the command has ended. */
  finish(result: ExecResult): Readonly<Record<OutputStream, KeptStream>>;
}

/**
 * Tells the first `limitBytes` of each stream as they come, without secrets, and remembers how it ends. Holds no more than that, whatever
 * comes.
 */
export function watchOutput({ stream, redactor }: Pick<NodeContext, "stream" | "redactor">, limitBytes: number): OutputWatch {
  const endBytes = Math.min(LARGEST_END, Math.floor(limitBytes / PART_FOR_END));
  const watches = { stdout: watchStream("stdout"), stderr: watchStream("stderr") };

  function watchStream(channel: OutputStream) {
    const tell = teller(limitBytes, (text) => stream({ channel, text }));
    const last = lastBytes(endBytes);
    const clean = redactor.byteStream();
    const take = (chunk: Uint8Array): void => {
      tell.take(chunk);
      last.take(chunk);
    };
    return {
      take: (chunk: Uint8Array) => take(clean.push(chunk)),
      finish(bytes: Uint8Array, lost: number): KeptStream {
        take(clean.end());
        tell.finish();
        if (lost === 0) return { begin: bytes, end: undefined };
        // Without its end: what is held back there may be a part of a secret.
        return { begin: new Uint8Array(redactor.byteStream().push(bytes.subarray(0, bytes.byteLength - endBytes))), end: last.bytes() };
      },
    };
  }

  return {
    onOutput: (stream, chunk) => watches[stream].take(chunk),
    finish: ({ stdout, stderr, lost }) => ({
      stdout: watches.stdout.finish(stdout, lost.stdout),
      stderr: watches.stderr.finish(stderr, lost.stderr),
    }),
  };
}

/** Text of bytes as they come, without half a character at the end of a chunk. */
function teller(limitBytes: number, tell: (text: string) => void) {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let seen = 0;
  const say = (text: string): void => {
    if (text !== "") tell(text);
  };
  return {
    take(chunk: Uint8Array) {
      const part = chunk.subarray(0, Math.max(0, limitBytes - seen));
      seen += chunk.byteLength;
      if (part.byteLength > 0) say(decoder.decode(part, { stream: true }));
    },
    finish() {
      // What is left is half a character: the program's own, or one that the limit cut.
      if (seen <= limitBytes) say(decoder.decode());
    },
  };
}

/** The last bytes of all that came. */
function lastBytes(count: number) {
  let chunks: Uint8Array[] = [];
  let size = 0;
  const joined = (): Uint8Array => new Uint8Array(Buffer.concat(chunks)).subarray(Math.max(0, size - count));
  return {
    take(chunk: Uint8Array) {
      chunks.push(chunk.subarray(Math.max(0, chunk.byteLength - count)));
      size += chunks.at(-1)?.byteLength ?? 0;
      if (size < 2 * count) return;
      chunks = [joined()];
      size = count;
    },
    bytes: joined,
  };
}

/** A stream as text, without secrets: `begin` is all of it, unless there is an `end`. */
export function textOf({ begin, end }: KeptStream, { redactor }: Pick<NodeContext, "redactor">): { readonly begin: string; readonly end: string } {
  return {
    begin: redactor.text(decodeLossy(begin, { cut: end !== undefined })),
    end: end === undefined ? "" : redactor.text(decodeLossy(fromCharacter(end), { cut: false })),
  };
}

const CONTINUATION = 0b1000_0000;
const CONTINUATION_MASK = 0b1100_0000;
const LONGEST_REST = 3;

/** Without the rest of a character whose beginning was lost. */
function fromCharacter(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < LONGEST_REST && ((bytes[start] ?? 0) & CONTINUATION_MASK) === CONTINUATION) start += 1;
  return bytes.subarray(start);
}
