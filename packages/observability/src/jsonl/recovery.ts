import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";
import { SpanStatusCode } from "@opentelemetry/api";
import { ATTRIBUTES } from "../conventions.ts";
import type { RecordedSpan, StartedSpan } from "../recorded.ts";
import type { TelemetryFile } from "./fold.ts";
import { gleaning } from "./gleaning.ts";
import { lineSplitter } from "./split-lines.ts";

const CHUNK = 1024 * 1024;
/** Beginnings before ends. */
const FILES: readonly TelemetryFile[] = ["logs.jsonl", "trace.jsonl", "metrics.jsonl"];

/**
 * What a process left that ended before its work: makes whole lines of the files in the directory, and gives the spans that have
 * started and not ended, as of the last time that the files know of. Throws what the system says.
 */
export function recover(directory: string): readonly RecordedSpan[] {
  const gleaned = gleaning();
  for (const file of FILES) {
    const fd = opened(join(directory, file));
    if (fd === undefined) continue;
    try {
      mend(
        fd,
        readLines(fd, (line) => gleaned.line(file, line)),
        (line) => gleaned.line(file, line),
      );
    } finally {
      closeSync(fd);
    }
  }
  return gleaned.unfinished().map((span) => givenUp(span, gleaned.lastTime()));
}

function opened(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** What comes after the last whole line. */
function readLines(fd: number, take: (line: string) => void): string {
  const splitter = lineSplitter();
  const decoder = new StringDecoder("utf8");
  const chunk = Buffer.allocUnsafeSlow(CHUNK);
  for (let at = 0, read = -1; read !== 0; at += read) {
    read = readSync(fd, chunk, 0, CHUNK, at);
    for (const line of splitter.push(decoder.write(chunk.subarray(0, read)))) take(line);
  }
  return splitter.rest() + decoder.end();
}

/** A line that is whole but for its end gets it; of one that is not, nothing can be read. */
function mend(fd: number, rest: string, take: (line: string) => void): void {
  if (rest === "") return;
  const { size } = fstatSync(fd);
  if (isJson(rest)) {
    writeSync(fd, "\n", size);
    take(rest);
  } else ftruncateSync(fd, endOfLines(fd, size));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Where the last whole line ends, in bytes: what is torn may be no text. */
function endOfLines(fd: number, size: number): number {
  const chunk = Buffer.allocUnsafeSlow(CHUNK);
  for (let end = size; end > 0;) {
    const begin = Math.max(0, end - CHUNK);
    const read = readSync(fd, chunk, 0, end - begin, begin);
    const at = chunk.subarray(0, read).lastIndexOf(0x0a);
    if (at >= 0) return begin + at + 1;
    end = begin;
  }
  return 0;
}

function givenUp({ attributes, ...span }: StartedSpan, time: number): RecordedSpan {
  return {
    ...span,
    endTime: Math.max(time, span.startTime),
    attributes: { ...attributes, [ATTRIBUTES.dad.recovered]: true },
    status: { code: SpanStatusCode.ERROR, message: "its process ended before it did" },
    events: [],
  };
}
