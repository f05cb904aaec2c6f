import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DadError, isJsonObject, type Json, messageOf } from "@dad/protocol";
import type { Signal } from "../settings.ts";

export const FILES = { traces: "trace.jsonl", metrics: "metrics.jsonl", logs: "logs.jsonl" } as const satisfies Record<Signal, string>;

/** A line of a file: `data` is undefined where it cannot be read. */
export interface FileLine {
  /** From 1. */
  readonly number: number;
  readonly data: { readonly [member: string]: Json } | undefined;
  /** It is the last one. */
  readonly last: boolean;
  /** In characters. */
  readonly size: number;
}

/** The lines of a file of telemetry. One that is not there has none. @throws DadError (`TELEMETRY_UNREADABLE`). */
export async function* linesOf(directory: string, signal: Signal, { signal: abort }: { readonly signal: AbortSignal }): AsyncGenerator<FileLine> {
  const file = join(directory, FILES[signal]);
  let number = 0;
  let before: string | undefined;
  try {
    for await (const line of createInterface({
      input: createReadStream(file, { encoding: "utf8", signal: abort }),
      crlfDelay: Number.POSITIVE_INFINITY,
    })) {
      if (before !== undefined) yield fileLine(before, number, false);
      before = line;
      number += 1;
    }
  } catch (error) {
    abort.throwIfAborted();
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return;
    throw new DadError("TELEMETRY_UNREADABLE", `${file} cannot be read: ${messageOf(error)}`, { cause: error, details: { file } });
  }
  if (before !== undefined) yield fileLine(before, number, true);
}

function fileLine(text: string, number: number, last: boolean): FileLine {
  return { number, data: parsed(text), last, size: text.length };
}

function parsed(text: string): FileLine["data"] {
  try {
    const value = JSON.parse(text) as Json;
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
