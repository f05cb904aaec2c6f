import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { messageOf } from "@dad/protocol";
import { UsageError } from "../errors.ts";

/** The text of a file that somebody names, or of stdin for `-`. @throws UsageError (`USAGE_INVALID`). */
export async function readGiven(file: string, cwd: string): Promise<string> {
  const place = file === "-" ? "stdin" : file;
  const content = await (file === "-" ? contentOf(process.stdin) : readFile(resolve(cwd, file))).catch((cause: unknown) => {
    throw new UsageError(`--file ${file}: ${place} cannot be read: ${messageOf(cause)}`);
  });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    throw new UsageError(`--file ${file}: ${place} is not text in UTF-8`);
  }
}

async function contentOf(stream: NodeJS.ReadableStream): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
