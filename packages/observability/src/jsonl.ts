import { type JsonlSinkOptions, jsonlSink } from "./jsonl/sink.ts";
import type { Observability } from "./observability.ts";
import { recordingObservability, type RecordingOptions } from "./recording.ts";

export { TelemetryFileError } from "./jsonl/errors.ts";
export { readTelemetry } from "./jsonl/read.ts";
export { type JsonlSink, jsonlSink, type JsonlSinkOptions } from "./jsonl/sink.ts";

/** Records all into the files of a directory, and nowhere else. */
export function jsonlObservability(files: JsonlSinkOptions, recording: RecordingOptions = {}): Observability {
  return recordingObservability([jsonlSink(files)], recording);
}
