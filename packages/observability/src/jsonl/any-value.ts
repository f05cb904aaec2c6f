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
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? `{"intValue":"${value}"}` : `{"doubleValue":${double(value)}}`;
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

/** Writes attributes. The same few names come again with every span. */
export function attributeWriter(): (attributes: Readonly<Record<string, unknown>>) => string {
  const beginnings = new Map<string, string>();

  function beginningOf(name: string): string {
    const known = beginnings.get(name);
    if (known !== undefined) return known;
    const beginning = `{"key":${quoted(name)},"value":`;
    if (beginnings.size < NAMES) beginnings.set(name, beginning);
    return beginning;
  }

  return (attributes) => {
    let text = "";
    for (const name of Object.keys(attributes)) text += (text === "" ? "" : ",") + beginningOf(name) + anyValue(attributes[name]) + "}";
    return text;
  };
}
