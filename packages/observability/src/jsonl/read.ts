import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { DadError, messageOf } from "@dad/protocol";
import type { KeptTelemetry } from "../recorded.ts";
import { type TelemetryFile, telemetryFold } from "./fold.ts";
import { lineSplitter } from "./split-lines.ts";

const CHUNK = 1024 * 1024;
const FILES: readonly TelemetryFile[] = ["trace.jsonl", "logs.jsonl", "metrics.jsonl"];

/**
 * What `jsonlSink` keeps in a directory, also while a run goes on and after it was killed: the last line of a file need not be whole, and
 * spans need not have ended. Lines that cannot be read are counted. A file that is not there says nothing.
 *
 * Codes: `TELEMETRY_UNREADABLE`. Rejects with the reason of the signal when that is aborted.
 */
export async function readTelemetry(directory: string, { signal }: { readonly signal?: AbortSignal } = {}): Promise<KeptTelemetry> {
  const fold = telemetryFold();
  for (const file of FILES) {
    const splitter = lineSplitter();
    for await (const piece of pieces(join(directory, file), signal)) for (const line of splitter.push(piece)) fold.line(file, line);
    fold.line(file, splitter.rest(), true);
  }
  return fold.kept();
}

async function* pieces(path: string, signal: AbortSignal | undefined): AsyncGenerator<string> {
  try {
    await using file = await opened(path);
    if (file)
      yield* file.createReadStream({ encoding: "utf8", highWaterMark: CHUNK, autoClose: false, ...(signal && { signal }) }) as AsyncIterable<string>;
  } catch (error) {
    signal?.throwIfAborted();
    throw new DadError("TELEMETRY_UNREADABLE", `${path} cannot be read: ${messageOf(error)}`, { cause: error, details: { file: path } });
  }
}

/** The directory may be of a run that somebody sent: a link may lead to what is none of its business, and a pipe has no end. */
async function opened(path: string): Promise<FileHandle | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (!file || (await file.stat()).isFile()) return file;
  await file.close();
  throw new Error("it is no regular file");
}
