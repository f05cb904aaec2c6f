import type { Json } from "@dad/protocol";

/** UTF-16 code units of a value that is told in one line. */
const MOST_OF_A_VALUE = 100;
/** What is shown of what comes before the first difference. */
const LEAD = 20;

/** Two values in one line, of long ones the part in which they begin to differ. What is not there is `none`. */
export function valuesText(before: Json | undefined, after: Json | undefined): string {
  const [old, now] = [textOf(before), textOf(after)];
  const start = Math.max(0, firstDifference(old, now) - LEAD);
  const isLong = Math.max(old.length, now.length) > MOST_OF_A_VALUE;
  return `${clipped(old, isLong ? start : 0)} → ${clipped(now, isLong ? start : 0)}`;
}

/** One value in one line, of a long one how it begins. */
export function valueText(value: Json | undefined): string {
  return clipped(textOf(value), 0);
}

/** Names may hold anything, and stay in their line. */
export function inOneLine(text: string): string {
  return text.replaceAll("\n", String.raw`\n`);
}

function textOf(value: Json | undefined): string {
  return value === undefined ? "none" : JSON.stringify(value);
}

function firstDifference(left: string, right: string): number {
  let at = 0;
  while (at < left.length && at < right.length && left[at] === right[at]) at += 1;
  return at;
}

/** No character is cut in two. */
function clipped(text: string, start: number): string {
  const part = text.slice(start, start + MOST_OF_A_VALUE).replaceAll(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, "");
  return `${start > 0 ? "…" : ""}${part}${start + MOST_OF_A_VALUE < text.length ? "…" : ""}`;
}
