import { type Attributes, ATTRIBUTES, type ContentCapture, type Observability } from "@dad/observability";
import type { Json } from "@dad/protocol";
import type { Redactor } from "@dad/secrets";

export interface CapturedContent {
  readonly observability: Pick<Observability, "capture">;
  /** Takes secrets out before anything is cut: of a part of a secret, nobody can see that it is one. */
  readonly redactor?: Pick<Redactor, "json"> | undefined;
}

/** Contents of one span, by the names of their attributes. What was cut of earlier ones is named again: an attribute replaces the one before. */
export type Captured = (contents: Readonly<Record<string, unknown>>) => Attributes;

/**
 * What of contents may be told: nothing, unless messages are captured. Each is JSON of at most `capture.maxLength` characters: where it is
 * too long, its texts are cut; then a list loses what comes first in it, and anything else becomes a text, its beginning. `dad.capture.cut`
 * names what was cut.
 */
export function capturing({ observability: { capture }, redactor }: CapturedContent): Captured {
  if (!capture?.messages) return () => ({});
  const cut: string[] = [];
  return (contents) => {
    const attributes: Record<string, string> = {};
    for (const [name, content] of Object.entries(contents)) {
      if (content === undefined) continue;
      const { text, isCut } = jsonWithin(redactor ? redactor.json(content as Json) : (content as Json), capture);
      attributes[name] = text;
      if (isCut) cut.push(name);
    }
    return cut.length === 0 ? attributes : { ...attributes, [ATTRIBUTES.dad.cut]: [...cut] };
  };
}

const SHORTEST_TEXT = 16;

function jsonWithin(value: Json, { maxLength }: ContentCapture): { readonly text: string; readonly isCut: boolean } {
  const whole = JSON.stringify(value);
  if (whole.length <= maxLength) return { text: whole, isCut: false };
  for (let longest = maxLength; longest >= SHORTEST_TEXT; longest = Math.floor(longest / 2)) {
    const text = JSON.stringify(mapTexts(value, (one) => cutText(one, longest)));
    if (text.length <= maxLength) return { text, isCut: true };
  }
  const text = Array.isArray(value) ? lastItems(value, maxLength) : beginning(whole, maxLength);
  return { text, isCut: true };
}

/** What was said last says most. */
function lastItems(items: readonly Json[], maxLength: number): string {
  const kept: string[] = [];
  let length = "[]".length;
  for (const item of items.toReversed()) {
    const text = JSON.stringify(mapTexts(item, (one) => cutText(one, SHORTEST_TEXT)));
    length += text.length + ",".length;
    if (length > maxLength) break;
    kept.unshift(text);
  }
  return `[${kept.join(",")}]`;
}

function beginning(text: string, maxLength: number): string {
  for (let longest = maxLength; longest > 0; longest = Math.floor(longest / 2)) {
    const cut = JSON.stringify(cutText(text, longest));
    if (cut.length <= maxLength) return cut;
  }
  return '""';
}

function cutText(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const start = text.slice(0, longest).toWellFormed();
  return `${start}… [${text.length - longest} more characters]`;
}

/** The same value with other texts. Names of members stay. */
function mapTexts(value: Json, change: (text: string) => string): Json {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, mapTexts(member, change)]));
}
