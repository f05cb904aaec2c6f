import { ModelTape } from "@dad/protocol";
import { TapeUnreadableError } from "../errors.ts";

/** How many problems of one tape an error names. */
const MAX_PROBLEMS = 5;

/**
 * Checks a tape that is already a JSON value, such as an imported `.json` module.
 *
 * @param place - What it came from, for the error.
 * @throws TapeUnreadableError (`TAPE_UNREADABLE`), which names what is wrong and where.
 */
export function parseTape(value: unknown, place = "the tape"): ModelTape {
  const parsed = ModelTape.safeParse(value);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const problems = issues.slice(0, MAX_PROBLEMS).map(({ path, message }) => `${pathText(path) || "the value"}: ${message}`);
  const more = issues.length > MAX_PROBLEMS ? [`and ${issues.length - MAX_PROBLEMS} more`] : [];
  throw new TapeUnreadableError(place, [...problems, ...more].join("; "), { cause: parsed.error });
}

/** Reads the text of a tape. The same as {@link parseTape} otherwise. */
export function readTape(text: string, place = "the tape"): ModelTape {
  return parseTape(jsonOf(text, place), place);
}

/** The text of a tape, made for being read and compared by people. */
export function tapeText(tape: ModelTape): string {
  return `${JSON.stringify(tape, undefined, 2)}\n`;
}

function jsonOf(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TapeUnreadableError(place, `it is not JSON: ${(cause as Error).message}`, { cause });
  }
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => (typeof key === "number" ? `${text}[${key}]` : `${text}${text === "" ? "" : "."}${String(key)}`), "");
}
