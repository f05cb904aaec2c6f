import { createReadStream } from "node:fs";
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
    yield* createReadStream(path, { encoding: "utf8", highWaterMark: CHUNK, ...(signal && { signal }) }) as AsyncIterable<string>;
  } catch (error) {
    signal?.throwIfAborted();
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw new DadError("TELEMETRY_UNREADABLE", `${path} cannot be read: ${messageOf(error)}`, { cause: error, details: { file: path } });
  }
}
