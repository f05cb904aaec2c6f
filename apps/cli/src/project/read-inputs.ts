import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
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

async function readInputsFile(file: string): Promise<StaticInputs> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new StaticInputsUnreadableError(file, error);
  });
  return parseStaticInputs(text, file);
}
