import type { Json } from "@dad/protocol";
import { readJsonText } from "@dad/run-context";
import { UsageError } from "../errors.ts";

export interface ParseJsonOptions {
  /** What names the text for people: an option, a file. */
  readonly place: string;
  /** What to do when it was meant to be text. */
  readonly remedy: string;
}

/** A value that somebody wrote, read strictly. @throws UsageError (`USAGE_INVALID`) with all that is wrong, by line and column. */
export function parseJson(given: string, { place, remedy }: ParseJsonOptions): Json {
  const text = given.replace(/^\uFEFF/, "");
  const { value, problems } = readJsonText(text);
  if (problems.length === 0) return value;
  const told = problems.map(({ offset, message }) => `${positionIn(text, offset)}: ${message}`);
  throw new UsageError(`${place} is not JSON: ${told.join("; ")}. ${remedy}`);
}

function positionIn(text: string, offset: number): string {
  const before = text.slice(0, offset).split(/\r\n|\n|\r/);
  const column = `column ${(before.at(-1)?.length ?? 0) + 1}`;
  return before.length === 1 ? column : `line ${before.length}, ${column}`;
}
