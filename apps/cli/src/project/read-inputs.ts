import { resolve } from "node:path";
import { foreignFiles } from "@dad/disk";
import type { Json, StaticInputs } from "@dad/protocol";
import { parseStaticInput, parseStaticInputs, StaticInputsError } from "@dad/run-context";
import { StaticInputsUnreadableError } from "../errors.ts";

export interface InputFlags {
  /** `<path>=<json>` each. */
  readonly input?: readonly string[];
  /** A file. */
  readonly staticInputs?: string;
}

/**
 * The static inputs of the command line: those of the file, and over them those written out.
 *
 * @throws StaticInputsUnreadableError (`STATIC_INPUTS_UNREADABLE`), StaticInputsError (`STATIC_INPUTS_INVALID`).
 */
export async function readInputs({ input = [], staticInputs }: InputFlags, cwd: string): Promise<StaticInputs> {
  const written = new Map<string, Json>();
  for (const [path, value] of input.map(parseStaticInput)) {
    if (written.has(path)) throw new StaticInputsError(`input ${path}`, "it is given twice");
    written.set(path, value);
  }
  const fromFile = staticInputs === undefined ? {} : await readInputsFile(resolve(cwd, staticInputs));
  return { ...fromFile, ...Object.fromEntries(written) };
}

/** Whoever has more gives a path to it. */
const LARGEST_BYTES = 67_108_864;

const { read } = foreignFiles((_operation, path, cause) => new StaticInputsUnreadableError(path, cause));

async function readInputsFile(file: string): Promise<StaticInputs> {
  const { content } = await read(file, { limitBytes: LARGEST_BYTES });
  return parseStaticInputs(textOf(content, file), file);
}

function textOf(content: Uint8Array, file: string): string {
  // In the text of JSON one of the first two characters is of ASCII, or there is the mark of UTF-16.
  if (content[0] === 0 || content[1] === 0 || content[0] === 0xfe || content[0] === 0xff)
    throw new StaticInputsError(file, "it looks like UTF-16: save it as UTF-8");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch (cause) {
    throw new StaticInputsError(file, "it is not text in UTF-8", { cause });
  }
}
