import { type LenientMatches, lenientMatches } from "./lenient-match.ts";
import { nearestPlace } from "./nearest-place.ts";
import { PlanProblem } from "./planned-tree.ts";
import type { Edit, Replacement } from "./text-edit.ts";

/** `lenient`: where nothing matches exactly, lines match that differ only in the white space at their ends. */
export type WhiteSpace = "exact" | "lenient";

/** The text with the edits made in order; its kind of line ends stays. @throws PlanProblem when one does not match as it has to. */
export function editText(text: string, edits: readonly Edit[], whiteSpace: WhiteSpace): string {
  for (const [index, edit] of edits.entries()) text = replaced(text, matchesOf(text, edit, { index, whiteSpace }));
  return text;
}

interface EditPlace {
  readonly index: number;
  readonly whiteSpace: WhiteSpace;
}

function matchesOf(text: string, edit: Edit, { index, whiteSpace }: EditPlace): readonly Replacement[] {
  const adapted = withLineEndsOf(text, edit);
  const { matches, unclear } = whiteSpace === "lenient" ? lenientOrExact(text, adapted) : { matches: exactMatches(text, adapted), unclear: 0 };
  if (unclear > 0)
    throw new PlanProblem(
      `edits[${index}].find is indented in another way than the lines of the file, so that it is not clear how to indent edits[${index}].replace: give find as the file has it`,
      { hint: nearestPlace(text, adapted.find) },
    );
  const [first, second] = matches;
  if (first === undefined) throw new PlanProblem(`edits[${index}].find does not occur in the file`, { hint: nearestPlace(text, adapted.find) });
  if (second !== undefined && edit.all !== true)
    throw new PlanProblem(
      `edits[${index}].find occurs more than once in the file (lines ${lineAt(text, first.start)} and ${lineAt(text, second.start)}): give more of what is around it`,
    );
  return edit.all === true ? withoutOverlaps(matches) : [first];
}

/** What begins in the middle of an indentation is only by chance exactly so: a line that is indented more. */
function lenientOrExact(text: string, edit: Edit): LenientMatches {
  const exact = exactMatches(text, edit);
  if (exact.some(({ start }) => !isInIndentation(text, edit.find, start))) return { matches: exact, unclear: 0 };
  const lenient = lenientMatches(text, edit);
  return lenient.matches.length === 0 && lenient.unclear === 0 ? { matches: exact, unclear: 0 } : lenient;
}

function isInIndentation(text: string, find: string, start: number): boolean {
  return /^[ \t]/.test(find) && /^[ \t]+$/.test(text.slice(text.lastIndexOf("\n", start - 1) + 1, start));
}

/** Also those that overlap: a text that stands in two places at once is not unique. */
function exactMatches(text: string, { find, replace, all }: Edit): readonly Replacement[] {
  const matches: Replacement[] = [];
  for (let at = text.indexOf(find); at !== -1; at = text.indexOf(find, at + (all === true ? find.length : 1))) {
    matches.push({ start: at, end: at + find.length, text: replace });
    if (all !== true && matches.length > 1) break;
  }
  return matches;
}

function withoutOverlaps(matches: readonly Replacement[]): readonly Replacement[] {
  let free = 0;
  return matches.filter(({ start, end }) => start >= free && ((free = end), true));
}

function replaced(text: string, replacements: readonly Replacement[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, text: part } of replacements) {
    parts.push(text.slice(at, start), part);
    at = end;
  }
  return parts.join("") + text.slice(at);
}

/** Who edits a file whose lines all end in CR LF need not say so, and leaves it so. */
function withLineEndsOf(text: string, edit: Edit): Edit {
  if (!text.includes("\r\n") || /(?<!\r)\n/.test(text)) return edit;
  const adapted = (part: string): string => part.replaceAll(/\r?\n/g, "\r\n");
  return { ...edit, find: adapted(edit.find), replace: adapted(edit.replace) };
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
