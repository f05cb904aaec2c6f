import { stat } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { AgentDefinition, FlowDefinition } from "@dad/agent";
import { DadError } from "@dad/protocol";
import { AgentFileFailedError, AgentFileUnknownError, NodeTooOldError } from "../errors.ts";
import { pickAgent } from "./pick-agent.ts";

/**
 * The agent (or flow) that a file exports.
 *
 * @param file - Absolute.
 * @throws AgentFileUnknownError (`AGENT_FILE_UNKNOWN`), NodeTooOldError (`NODE_TOO_OLD`), AgentFileFailedError
 * (`AGENT_FILE_FAILED`), what `pickAgent` throws, and every `DadError` that the file throws itself, with its place.
 */
export async function loadAgent(file: string): Promise<AgentDefinition | FlowDefinition> {
  await checkFile(file);
  if (/\.[mc]?tsx?$/.test(file) && !process.features.typescript) throw new NodeTooOldError(file, process.versions.node);
  return pickAgent(await importFile(file), file);
}

async function checkFile(file: string): Promise<void> {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw new AgentFileFailedError(file, error);
  });
  if (!found) throw new AgentFileUnknownError(file, "is not there");
  if (!found.isFile()) throw new AgentFileUnknownError(file, "is not a file");
}

async function importFile(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    const place = placeOf(error, file);
    if (!DadError.is(error)) throw new AgentFileFailedError(place, error);
    throw new DadError(error.code, `${place}: ${error.message}`, { details: error.details, cause: error.cause });
  }
}

/** The file, with line and column where the error came through it. A syntax error is where it is, which may be another file. */
function placeOf(error: unknown, file: string): string {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const wrong = error instanceof SyntaxError ? /^(.+)(:\d+)\n/.exec(stack) : null;
  if (wrong) return `${pathOf(wrong[1] ?? file)}${wrong[2]}`;
  const url = `${pathToFileURL(file).href}:`;
  const at = stack.indexOf(url);
  return at < 0 ? file : `${file}:${/^[\d:]*\d/.exec(stack.slice(at + url.length))?.[0] ?? ""}`;
}

/** Of a file that Node names by its path or by its URL. */
function pathOf(file: string): string {
  return file.startsWith("file:") ? fileURLToPath(file) : file;
}
