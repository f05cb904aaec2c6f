import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { extname } from "node:path";
import type { JsonPlaces } from "@dad/run-context";
import { looksLikeSecret } from "@dad/secrets";
import { type ConfigProblem, ConfigInvalidError, ConfigUnreadableError } from "./errors.ts";
import type { Problem } from "./problems.ts";
import { type Path, type Position, problemAt, type Read } from "./written-text.ts";

/** What a file of data says. */
export interface WrittenData {
  readonly file: string;
  readonly value: unknown;
  /** A problem of the value, with the line and the column of where it is, or of what it is in. */
  readonly placed: (problem: Problem) => ConfigProblem;
}

/**
 * Reads a file of JSON, strictly, or of YAML.
 *
 * @throws ConfigUnreadableError (`CONFIG_UNREADABLE`), ConfigInvalidError (`CONFIG_INVALID`) with line and column of all that is no JSON or YAML. Nothing of
 * the file is quoted but keys of JSON.
 */
export async function readData(file: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<WrittenData> {
  const text = await textOf(file, options?.signal);
  const parsed = /^\.ya?ml$/i.test(extname(file)) ? await yamlOf(text) : await jsonOf(text);
  if ("problems" in parsed) throw new ConfigInvalidError(file, parsed.problems);
  const { value, positionOf } = parsed;
  return { file, value, placed: ({ path, message }) => problemAt(positionOf(path), message, path) };
}

async function textOf(file: string, signal: AbortSignal | undefined): Promise<string> {
  const bytes = await bytesOf(file, signal).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw new ConfigUnreadableError(file, (cause as Error).message, cause);
  });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ConfigUnreadableError(file, "it is no text in UTF-8", cause);
  }
}

/** What is looked at is what is read. A pipe that nobody writes to is not waited for, and a device not read without end. */
async function bytesOf(file: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  await using handle: FileHandle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  if (!(await handle.stat()).isFile()) throw new Error("it is no regular file");
  return await handle.readFile({ signal });
}

/** Only who has such a file pays for its reader. */
async function yamlOf(text: string): Promise<Read> {
  const { readYaml } = await import("./read-yaml.ts");
  return readYaml(text);
}

/** Profiles, their members, aliases, what these consist of, and a little more. */
const PLACED_DEPTH = 8;

async function jsonOf(text: string): Promise<Read> {
  const { positionIn, readJsonText } = await import("@dad/run-context");
  const { value, problems, members } = readJsonText(text, { placedDepth: PLACED_DEPTH });
  if (problems.length > 0) return { problems: problems.map(({ offset, message }) => problemAt(positionIn(text, offset), ofJson(message))) };
  const positionOf = (path: Path): Position | undefined => {
    let here: { readonly offset: number; readonly members: JsonPlaces } = { offset: 0, members };
    for (const step of path) {
      const below = here.members.get(String(step));
      if (!below) break;
      here = below;
    }
    return positionIn(text, here.offset);
  };
  return { value, positionOf };
}

/** What the reader of JSON says of keys, and of what is no word. */
const OF_NO_VALUE =
  /^(?:a key|the key|after the key|it has|it is nested|JSON has no comments|there is|the text ends|this text|this backslash|a text holds|a comma|a value has to be here)\b/;

/** What it says of values may have them in it, and they may be secrets. Keys are none, as a rule. */
function ofJson(message: string): string {
  if (OF_NO_VALUE.test(message) && !message.split('"').some(looksLikeSecret)) return message;
  return 'this is no value of JSON: a text is in double quotes ("), with a backslash before those in it, and a number has digits alone';
}
