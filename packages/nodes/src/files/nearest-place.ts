import { diffArrays } from "diff";

/** Comparisons of lines beyond which no place is looked for. */
const MOST_COMPARED = 200_000;
/** The same for a text that is a part of a line. */
const MOST_COMPARED_CHARACTERS = 20_000_000;
/** Of how much of the text a place must have to be called near. */
const NEAR = 0.5;
const MOST_SHOWN = 20;
const LONGEST_LINE = 200;

/** Where a text comes nearest to what it does not hold, and how the two differ, for whoever has to change it; or nothing. */
export function nearestPlace(text: string, find: string): string {
  const [lines, wanted] = [split(text), split(find)];
  const place = bestPlace(
    lines.map((line) => line.trim()),
    wanted.map((line) => line.trim()),
  );
  if (place === undefined) return "";
  const compared = [wanted.slice(0, MOST_SHOWN), lines.slice(place, place + Math.min(wanted.length, MOST_SHOWN))] as const;
  const shown = diffArrays([...compared[0]], [...compared[1]]).flatMap(({ added, removed, value }) =>
    value.map((line) => `${added ? "+" : removed ? "-" : " "}${visible(line)}`),
  );
  return `The nearest place is line ${place + 1} (- what find has, + what the file has):\n${shown.join("\n")}`;
}

function bestPlace(lines: readonly string[], wanted: readonly string[]): number | undefined {
  if (lines.length * wanted.length > MOST_COMPARED) return undefined;
  const likenessAt = (at: number): number => wanted.reduce((sum, line, index) => sum + likenessOf(line, lines[at + index] ?? ""), 0);
  return best(lines, likenessAt, NEAR * wanted.length) ?? bestPart(lines, wanted);
}

function bestPart(lines: readonly string[], [part = "", ...more]: readonly string[]): number | undefined {
  const length = lines.reduce((sum, line) => sum + line.length, 0);
  if (more.length > 0 || part === "" || length * part.length > MOST_COMPARED_CHARACTERS) return undefined;
  return best(lines, (at) => likenessWithin(part, lines[at] ?? ""), NEAR);
}

/** The first line at which something is most, when that is more than enough. */
function best(lines: readonly string[], likenessAt: (line: number) => number, enough: number): number | undefined {
  let [found, most]: [number | undefined, number] = [undefined, enough];
  for (const at of lines.keys()) {
    const likeness = likenessAt(at);
    if (likeness > most) [found, most] = [at, likeness];
  }
  return found;
}

/** Of a text that is a part of a line: the part that is most like it. */
function likenessWithin(part: string, line: string): number {
  let best = 0;
  for (let at = 0; at + part.length <= line.length; at += 1) best = Math.max(best, likenessOf(part, line.slice(at, at + part.length)));
  return best;
}

/** From 0 to 1: how much of two lines is the same at the beginning and at the end. */
function likenessOf(a: string, b: string): number {
  if (a === b) return a === "" ? NEAR : 1;
  const shorter = Math.min(a.length, b.length);
  let same = 0;
  while (same < shorter && a[same] === b[same]) same += 1;
  let sameAtEnd = 0;
  while (sameAtEnd < shorter - same && a[a.length - 1 - sameAtEnd] === b[b.length - 1 - sameAtEnd]) sameAtEnd += 1;
  return (same + sameAtEnd) / Math.max(a.length, b.length);
}

function split(text: string): readonly string[] {
  return text.replace(/\r?\n$/, "").split("\n");
}

/** White space at the end is often what differs. */
function visible(line: string): string {
  const text = line.trimEnd();
  const space = line.slice(text.length).replaceAll(" ", "·").replaceAll("\t", "→").replaceAll("\r", "␍");
  return text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE)}…` : text + space.slice(0, LONGEST_LINE);
}
