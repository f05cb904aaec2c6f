import { type Readable, PassThrough, Writable } from "node:stream";

const HEADER_BYTES = 8;
const SIZE_AT = 4;
const STDERR = 2;

export interface TwoStreams {
  readonly stdout: Readable;
  readonly stderr: Readable;
}

/**
 * The two streams that an engine sends on one connection: frames of eight bytes, of which the first names the stream and
 * the last four tell how much follows, most significant first. A frame may come in any number of pieces. Both end with the
 * connection, however it ends.
 */
export function demultiplex(connection: Readable): TwoStreams {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const read = frameReader((stream, part) => (stream === STDERR ? stderr : stdout).write(part));
  const sink = new Writable({
    write(chunk: Buffer, _, done) {
      read(chunk);
      whenDrained([stdout, stderr], done);
    },
  });
  sink.once("finish", () => {
    stdout.end();
    stderr.end();
  });
  connection.once("close", () => sink.end());
  connection.on("error", () => undefined);
  connection.pipe(sink);
  return { stdout, stderr };
}

function whenDrained(streams: readonly Writable[], done: () => void): void {
  const full = streams.find((stream) => stream.writableNeedDrain);
  if (full) full.once("drain", () => whenDrained(streams, done));
  else done();
}

function frameReader(onPart: (stream: number, part: Buffer) => void): (chunk: Buffer) => void {
  let header = Buffer.alloc(0);
  let left = 0;
  return (chunk) => {
    let rest = chunk;
    while (rest.length > 0) {
      if (left > 0) {
        const part = rest.subarray(0, left);
        left -= part.length;
        onPart(header[0] ?? 0, part);
        rest = rest.subarray(part.length);
        continue;
      }
      if (header.length === HEADER_BYTES) header = Buffer.alloc(0);
      const missing = HEADER_BYTES - header.length;
      header = Buffer.concat([header, rest.subarray(0, missing)]);
      rest = rest.subarray(missing);
      if (header.length === HEADER_BYTES) left = header.readUInt32BE(SIZE_AT);
    }
  };
}

/** The first line of a stream, apart from the rest. Without one, or with one that is too long, all of it is the rest. */
export function firstLine(stream: Readable, limit: number): { readonly line: Promise<string | undefined>; readonly rest: Readable } {
  const rest = new PassThrough();
  const found = Promise.withResolvers<string | undefined>();
  let head: Buffer | undefined = Buffer.alloc(0);

  /** What is not the first line any more. */
  const restOf = (chunk: Buffer): Buffer => {
    if (!head) return chunk;
    const all = Buffer.concat([head, chunk]);
    const at = all.indexOf("\n");
    if (at < 0 && all.length <= limit) {
      head = all;
      return Buffer.alloc(0);
    }
    head = undefined;
    const isLine = at >= 0 && at <= limit;
    found.resolve(isLine ? all.subarray(0, at).toString() : undefined);
    return isLine ? all.subarray(at + 1) : all;
  };
  const sink = new Writable({
    write(chunk: Buffer, _, done) {
      const part = restOf(chunk);
      if (part.length === 0 || rest.write(part)) done();
      else rest.once("drain", done);
    },
    final(done) {
      rest.end(head);
      found.resolve(undefined);
      done();
    },
  });
  stream.pipe(sink);
  return { line: found.promise, rest };
}
