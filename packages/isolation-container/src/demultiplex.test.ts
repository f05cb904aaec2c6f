import { PassThrough } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { demultiplex, firstLine } from "./demultiplex.ts";

const frame = (stream: number, content: string): Buffer => {
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(Buffer.byteLength(content), 4);
  return Buffer.concat([header, Buffer.from(content)]);
};

/** What came on each stream of a connection that gave these pieces and then ended. */
async function streamsOf(pieces: readonly Buffer[]): Promise<readonly [string, string]> {
  const connection = new PassThrough();
  const { stdout, stderr } = demultiplex(connection);
  const got = Promise.all([text(stdout), text(stderr)]);
  for (const piece of pieces) connection.write(piece);
  connection.end();
  return got;
}

describe("demultiplex", () => {
  const frames = Buffer.concat([frame(1, "out"), frame(2, "error"), frame(1, ""), frame(1, " more")]);

  it("gives each stream what is its own", async () => {
    expect(await streamsOf([frames])).toEqual(["out more", "error"]);
  });

  it("takes frames in any pieces", async () => {
    expect(await streamsOf(Array.from(frames, (byte) => Buffer.from([byte])))).toEqual(["out more", "error"]);
  });

  it("gives what there was of a frame when the connection breaks", async () => {
    expect(await streamsOf([frames.subarray(0, frames.length - 2)])).toEqual(["out mo", "error"]);
    expect(await streamsOf([Buffer.from([1, 0])])).toEqual(["", ""]);
  });

  it("holds back a connection whose streams nobody reads", async () => {
    const connection = new PassThrough();
    const { stdout, stderr } = demultiplex(connection);
    let accepted = true;
    for (let count = 0; accepted && count < 1000; count++) accepted = connection.write(frame(1, "x".repeat(10_000)));
    expect(accepted).toBe(false);
    stderr.resume();
    connection.end();
    expect((await buffer(stdout)).length % 10_000).toBe(0);
  });
});

describe("firstLine", () => {
  const split = async (...pieces: readonly string[]): Promise<readonly [string | undefined, string]> => {
    const stream = new PassThrough();
    const { line, rest } = firstLine(stream, 10);
    const got = Promise.all([line, text(rest)]);
    for (const piece of pieces) stream.write(piece);
    stream.end();
    return got;
  };

  it("takes the first line off, in any pieces", async () => {
    expect(await split("fir", "st\nse", "cond\nthird")).toEqual(["first", "second\nthird"]);
    expect(await split("\nrest")).toEqual(["", "rest"]);
  });

  it("gives all of it when there is no such line", async () => {
    expect(await split("short")).toEqual([undefined, "short"]);
    expect(await split("much longer than ten\nx")).toEqual([undefined, "much longer than ten\nx"]);
    expect(await split()).toEqual([undefined, ""]);
  });
});
