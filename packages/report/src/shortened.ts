import { isJsonObject, type Json } from "@dad/protocol";

/** A text of so many characters at most; it says how many are missing. */
export function shortenedText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit).toWellFormed()}… (${text.length - limit} more characters)`;
}

/** The same value, in which no text is longer. One in which none is, is given back as it is. */
export function shortened<Value>(value: Value, limit: number): Value {
  return shortenedJson(value as Json, limit) as Value;
}

function shortenedJson(value: Json, limit: number): Json {
  if (typeof value === "string") return shortenedText(value, limit);
  if (Array.isArray(value)) {
    const items = (value as readonly Json[]).map((item) => shortenedJson(item, limit));
    return items.some((item, at) => item !== (value as readonly Json[])[at]) ? items : value;
  }
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).map(([name, member]) => [name, shortenedJson(member, limit)] as const);
  return members.some(([name, member]) => member !== value[name]) ? Object.fromEntries(members) : value;
}

/** What JSON can carry of a value that came from elsewhere: all else is a text, or not there. */
export function plainJson(value: unknown, limit: number): Json {
  try {
    return asJson(value, limit);
  } catch (error) {
    // One in itself, or one that is deeper than the stack.
    if (error instanceof TypeError || error instanceof RangeError) return "(no JSON: it is nested too deeply)";
    throw error;
  }
}

function asJson(value: unknown, limit: number): Json {
  const text = JSON.stringify(value, (_name, member: unknown) => {
    if (typeof member === "string") return shortenedText(member.toWellFormed(), limit);
    if (typeof member === "bigint" || (typeof member === "number" && !Number.isFinite(member))) return String(member);
    return member;
  }) as string | undefined;
  return text === undefined ? null : (JSON.parse(text) as Json);
}
