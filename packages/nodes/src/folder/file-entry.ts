import { type ContentPlace, type ContentWork, contentOf } from "./file-content.ts";
import { kindOf, outlineLanguageOf } from "./file-kind.ts";
import type { FolderFile } from "./folder-output.ts";
import type { Pace } from "./pace.ts";
import { readPieces } from "./text-pieces.ts";
import { textCounter } from "./words.ts";

/** What is said of a file, or `undefined` when it is none that can be read. `named` is the path by which it is listed. */
export async function fileEntry(work: ContentWork, place: ContentPlace, named: string): Promise<FolderFile | undefined> {
  const found = await (wantsContent(work, place.path) ? contentOf(work, place) : sizeOf(place.absolute, work.pace));
  if (!found || !work.settings.stats) return found && { path: named, ...found };
  const stats = await statsOf(work, place);
  return stats && { path: named, ...found, ...stats };
}

/** False for what has none to give, and says so in the report. */
function wantsContent({ settings, budget, findings }: ContentWork, path: string): boolean {
  if (settings.content === "none") return false;
  if (settings.content === "structure" && !outlineLanguageOf(path)) {
    findings.omitted.withoutOutline += 1;
    return false;
  }
  if (budget.bytes > 0 && budget.words > 0) return true;
  findings.omitted.withoutContent += 1;
  findings.reached.add(budget.bytes > 0 ? "maxTotalWords" : "maxTotalBytes");
  return false;
}

/** `undefined` for what is no regular file, or cannot be opened where it is. */
export async function sizeOf(absolute: string, { signal }: Pace): Promise<Pick<FolderFile, "bytes"> | undefined> {
  const found = await readPieces(absolute, { limit: 0, signal, onPiece: () => true });
  return found && { bytes: found.bytes };
}

async function statsOf(
  { pace: { signal } }: ContentWork,
  { absolute, path }: ContentPlace,
): Promise<Pick<FolderFile, "kind" | "lines" | "words"> | undefined> {
  const counter = textCounter();
  const found = await readPieces(absolute, {
    signal,
    onPiece(piece) {
      counter.add(piece);
      return false;
    },
  });
  if (!found) return undefined;
  return found.binary ? { kind: "binary" } : { kind: kindOf(path), ...counter.total() };
}
