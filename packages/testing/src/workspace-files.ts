import { fileURLToPath } from "node:url";
import type { OutcomeFile } from "@dad/outcome";
import { filesIn } from "@dad/outcome/memory";

/** Files by their paths: text, or bytes as they are. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** What a workspace starts from. Of a directory: its regular files, but no links and no `.git`. */
export async function filesToStartFrom(files: Files | URL): Promise<readonly OutcomeFile[]> {
  if (files instanceof URL) return await filesIn(fileURLToPath(files));
  const encoder = new TextEncoder();
  return Object.entries(files).map(([path, content]) => ({
    path,
    content: typeof content === "string" ? encoder.encode(content) : content,
    executable: false,
  }));
}

/** The same as tests compare it: as text what is UTF-8. */
export function comparable(files: readonly OutcomeFile[]): Files {
  return Object.fromEntries(files.map(({ path, content }) => [path, textOrBytes(content)]));
}

function textOrBytes(content: Uint8Array): string | Uint8Array {
  try {
    return utf8(content);
  } catch {
    return content;
  }
}

/** @throws TypeError for what is not UTF-8. */
export function utf8(content: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
}
