/** All control characters but tab and newline, and those that turn the direction of text around. */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Data as it may be shown on a terminal: what would move the cursor, set a title or hide text stands
 * there as it is written in code, `\x1b` for instance. At every depth; keys too.
 */
export function visible<Data>(data: Data): Data {
  return visibleValue(data) as Data;
}

function visibleValue(data: unknown): unknown {
  if (typeof data === "string") return data.replaceAll("\r\n", "\n").replaceAll(CONTROL, escaped);
  if (Array.isArray(data)) return data.map(visibleValue);
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [visibleValue(key), visibleValue(value)]));
}

function escaped(character: string): string {
  const code = character.charCodeAt(0).toString(16);
  return code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`;
}

/** The same JSON value, in text that a terminal shows as it is. */
export function jsonText(value: unknown): string {
  // Newlines and tabs inside of strings are escaped already; those that are left belong to the layout.
  return `${withoutControl(JSON.stringify(value, undefined, 2))}\n`;
}

/** The same in one line, without its end. */
export function jsonLine(value: unknown): string {
  return withoutControl(JSON.stringify(value));
}

function withoutControl(json: string): string {
  return json.replaceAll(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
