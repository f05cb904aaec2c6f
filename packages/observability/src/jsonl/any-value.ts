/** How many names are remembered as they are written. */
const NAMES = 1_000;

/** Whatever is not itself between quotes, and all that may be half of a character. */
// oxlint-disable-next-line no-control-regex -- JSON has no such characters in texts
const SPECIAL = /["\\\u0000-\u001f\ud800-\udfff]/;

/** A text as JSON that every reader of Unicode takes: half characters are replaced. */
export function quoted(text: string): string {
  // Most texts are short and plain: to see that is faster than to be ready for all others.
  return SPECIAL.test(text) ? JSON.stringify(text.toWellFormed()) : `"${text}"`;
}

/** A value as an `AnyValue` of OTLP. What it has no form for has no value. */
export function anyValue(value: unknown): string {
  switch (typeof value) {
    case "string":
      return `{"stringValue":${quoted(value)}}`;
    case "number":
      return numberValue(value);
    case "boolean":
      return value ? '{"boolValue":true}' : '{"boolValue":false}';
    case "object":
      return value === null ? "{}" : compoundValue(value);
    default:
      return "{}";
  }
}

function numberValue(value: number): string {
  return isInteger(value) ? `{"intValue":"${value}"}` : `{"doubleValue":${double(value)}}`;
}

function isInteger(value: number): boolean {
  return Number.isSafeInteger(value) && !Object.is(value, -0);
}

/** As JSON for protobuf has it: what JSON has no number for is a text. */
export function double(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? "-0" : String(value);
  return `"${value}"`;
}

function compoundValue(value: object): string {
  if (value instanceof Uint8Array) return `{"bytesValue":"${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64")}"}`;
  if (Array.isArray(value)) return `{"arrayValue":{"values":[${value.map(anyValue).join(",")}]}}`;
  const members = Object.entries(value).map(([name, member]) => `{"key":${quoted(name)},"value":${anyValue(member)}}`);
  return `{"kvlistValue":{"values":[${members.join(",")}]}}`;
}

/** What is before a value, by the form that it is written in. */
interface Beginnings {
  readonly any: string;
  readonly text: string;
  readonly integer: string;
}

/** Writes attributes. The same few names come again with every span, and a few long parts are a text sooner than many short ones. */
export function attributeWriter(): (attributes: Readonly<Record<string, unknown>>) => string {
  const [first, further] = [beginningsAfter(""), beginningsAfter(",")];
  return (attributes) => {
    let text = "";
    for (const name of Object.keys(attributes)) text += attribute((text === "" ? first : further)(name), attributes[name]);
    return text;
  };
}

function beginningsAfter(separator: string): (name: string) => Beginnings {
  const known = new Map<string, Beginnings>();
  return (name) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const any = `${separator}{"key":${quoted(name)},"value":`;
    const made = { any, text: `${any}{"stringValue":"`, integer: `${any}{"intValue":"` };
    if (known.size < NAMES) known.set(name, made);
    return made;
  };
}

function attribute({ any, text, integer }: Beginnings, value: unknown): string {
  if (typeof value === "string" && !SPECIAL.test(value)) return text + (value + '"}}');
  if (typeof value === "number" && isInteger(value)) return integer + (value + '"}}');
  return `${any}${anyValue(value)}}`;
}
