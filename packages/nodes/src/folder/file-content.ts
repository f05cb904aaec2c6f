import type { NodeContext } from "@dad/agent";
import type { Budget, Findings } from "./budget.ts";
import { outlineLanguageOf } from "./file-kind.ts";
import type { FolderFile } from "./folder-output.ts";
import type { ReadSettings } from "./folder-settings.ts";
import type { OutlineEntry } from "./outline/outline-item.ts";
import { outlineOf } from "./outline/outline-of.ts";
import { outlineLine, outlineTree } from "./outline/outline-text.ts";
import type { Pace } from "./pace.ts";
import { type PiecesRead, readPieces } from "./text-pieces.ts";
import { withoutExclusions } from "./without-exclusions.ts";
import { countBreaks, countWords, firstBytes, firstLines, firstWords } from "./words.ts";

const PREVIEW_LINES = 5;

export interface ContentWork extends Pick<NodeContext, "redactor"> {
  readonly settings: ReadSettings;
  readonly budget: Budget;
  readonly findings: Findings;
  readonly pace: Pace;
}

export interface ContentPlace {
  readonly absolute: string;
  readonly path: string;
}

/** The beginning of a file, as much of it as is of use, without secrets: also without a part of one that a limit cuts. */
interface Beginning extends PiecesRead {
  readonly text: string;
}

type Content = Pick<FolderFile, "bytes" | "content" | "outline" | "truncated">;

/** What is given of a file and taken from the budget: its size alone when it is not text. `undefined` when it cannot be read. */
export async function contentOf(work: ContentWork, place: ContentPlace): Promise<Content | undefined> {
  const { settings, findings, pace } = work;
  const language = outlineLanguageOf(place.path);
  const found = await beginningOf(work, place);
  if (!found) return undefined;
  const { bytes, text } = found;
  if (found.binary) {
    findings.omitted.binary += 1;
    return { bytes };
  }
  if (settings.content === "structure")
    return withOutline(work, found, language ? await outlineOf({ text, language }, settings.detail ?? "standard", pace) : []);
  if (settings.content === "preview") return await withText(work, found, firstLines(text, linesOf(settings)));
  return await withText(work, found, await withoutExclusions({ text, language }, settings.contentExclusions ?? [], pace));
}

function linesOf({ content, previewLines = PREVIEW_LINES }: ReadSettings): number {
  return content === "preview" ? previewLines : Infinity;
}

async function beginningOf({ settings, budget, findings, pace, redactor }: ContentWork, { absolute }: ContentPlace): Promise<Beginning | undefined> {
  // Of what is given as it is, no more is read than may be given.
  const asItIs = settings.content !== "structure" && !settings.contentExclusions;
  const limit = asItIs ? Math.min(settings.maxFileBytes, budget.bytes) : settings.maxFileBytes;
  const pieces: string[] = [];
  const clean = redactor.stream();
  let linesLeft = linesOf(settings);
  const found = await readPieces(absolute, {
    limit,
    signal: pace.signal,
    onPiece(piece) {
      pieces.push(clean.push(piece));
      if (linesLeft !== Infinity) linesLeft -= countBreaks(piece);
      return linesLeft <= 0;
    },
  });
  if (found?.end === "limit") findings.reached.add(limit < settings.maxFileBytes ? "maxTotalBytes" : "maxFileBytes");
  else pieces.push(clean.end());
  return found && { ...found, text: pieces.join("") };
}

/** `shown` is the text as it is to be given, as far as the limits allow. */
async function withText(work: ContentWork, { bytes, end, text }: Beginning, shown: string): Promise<Content> {
  const limits = limitsOf(work);
  const words = limits.words === Infinity ? { text: shown, count: 0 } : await firstWords(shown, limits.words, work.pace);
  if (words.text !== shown) limits.note("words");
  const content = firstBytes(words.text, limits.bytes);
  if (content !== words.text) limits.note("bytes");
  const kept = words.count > 0 && content !== words.text ? countWords(content) : words.count;
  limits.take({ bytes: Buffer.byteLength(content), words: kept });
  const cut = end !== "file" || content !== shown || (work.settings.content === "preview" && shown !== text);
  return { bytes, content, ...(cut && { truncated: true }) };
}

/** Declarations are given whole or not at all. */
function withOutline(work: ContentWork, { bytes, end }: Beginning, entries: readonly OutlineEntry[]): Content {
  const limits = limitsOf(work);
  const used = { bytes: 0, words: 0 };
  const lines: string[] = [];
  for (const entry of entries) {
    const line = outlineLine(entry);
    const cost = { bytes: Buffer.byteLength(line) + (lines.length === 0 ? 0 : 1), words: limits.words === Infinity ? 0 : countWords(line) };
    const over = used.words + cost.words > limits.words ? "words" : used.bytes + cost.bytes > limits.bytes ? "bytes" : undefined;
    if (over) {
      limits.note(over);
      break;
    }
    used.bytes += cost.bytes;
    used.words += cost.words;
    lines.push(line);
  }
  limits.take(used);
  const cut = end !== "file" || lines.length < entries.length;
  return { bytes, content: lines.join("\n"), ...(cut && { truncated: true }), outline: outlineTree(entries.slice(0, lines.length)) };
}

interface Amount {
  readonly bytes: number;
  readonly words: number;
}

interface Limits extends Amount {
  /** Says in the report which setting kept something out. */
  note(unit: keyof Amount): void;
  take(used: Amount): void;
}

/** What may be given of one file. */
function limitsOf({ settings: { maxFileBytes, maxWordsPerFile = Infinity }, budget, findings }: ContentWork): Limits {
  const total = { bytes: budget.bytes < maxFileBytes, words: budget.words < maxWordsPerFile };
  return {
    bytes: Math.min(maxFileBytes, budget.bytes),
    words: Math.min(maxWordsPerFile, budget.words),
    note(unit) {
      if (unit === "bytes") findings.reached.add(total.bytes ? "maxTotalBytes" : "maxFileBytes");
      else findings.reached.add(total.words ? "maxTotalWords" : "maxWordsPerFile");
    },
    take({ bytes, words }) {
      budget.bytes -= bytes;
      budget.words -= words;
    },
  };
}
