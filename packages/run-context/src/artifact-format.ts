import { assertJson, canonicalJson, Json, nameHint } from "@dad/protocol";
import { parse, stringify } from "yaml";

/** `json` and `yaml` are written indented, for people; `text` and `binary` are written as they are. */
export type ArtifactFormat = "json" | "yaml" | "text" | "binary";

/** What belongs to a format. */
interface FormatRules {
  readonly mediaType: string;
  /** What people and their tools expect a file of it to end in. */
  readonly ending: string;
  /** @throws Error that says what the format cannot carry. */
  encode(data: unknown): string | Uint8Array;
  /** The value that was encoded. @throws Error for what is not of the format. */
  readonly decode: ((text: string) => unknown) | undefined;
}

const FORMATS: Readonly<Record<ArtifactFormat, FormatRules>> = {
  json: { mediaType: "application/json", ending: ".json", encode: jsonText, decode: (text) => JSON.parse(text) as unknown },
  yaml: { mediaType: "application/yaml", ending: ".yaml", encode: yamlText, decode: yamlValue },
  text: { mediaType: "text/plain; charset=utf-8", ending: ".txt", encode: plainText, decode: (text) => text },
  binary: { mediaType: "application/octet-stream", ending: "", encode: plainBytes, decode: undefined },
};

/** @throws TypeError for a name of no format: programs that are not type-checked may give any. */
export function rulesOf(format: ArtifactFormat): FormatRules {
  if (Object.hasOwn(FORMATS, format)) return FORMATS[format];
  throw new TypeError(`there is no format ${JSON.stringify(format)}; ${nameHint(format, Object.keys(FORMATS))}`);
}

/** The format that writes data as what it is. */
export function formatOf(data: unknown): ArtifactFormat {
  if (data instanceof Uint8Array) return "binary";
  return typeof data === "string" ? "text" : "json";
}

/** What a file of a format ends in. */
export function endingOf(format: ArtifactFormat): string {
  return rulesOf(format).ending;
}

/** What a file of a media type ends in; nothing for a type of no format. */
export function endingOfType(mediaType: string): string {
  return rulesOfType(mediaType)?.ending ?? "";
}

/** The value that a text of some media type stands for. @throws Error for a text, or a type, that stands for none. */
export function decodeValue(text: string, mediaType: string): Json {
  const decode = rulesOfType(mediaType)?.decode;
  if (decode === undefined) throw new Error(`content of the type ${mediaType} is no value`);
  return Json.parse(decode(text));
}

/** Parameters, as `charset`, say nothing of the format. */
function rulesOfType(mediaType: string): FormatRules | undefined {
  const essence = (type: string) => type.split(";", 1)[0]?.trim().toLowerCase();
  return Object.values(FORMATS).find((rules) => essence(rules.mediaType) === essence(mediaType));
}

function jsonText(data: unknown): string {
  // What JSON cannot carry would become something else without a word.
  assertJson(data);
  return `${JSON.stringify(data, undefined, 2)}\n`;
}

function yamlText(data: unknown): string {
  const given = canonicalJson(data);
  // A text that begins as YAML itself may begin, with a byte order mark, has to be quoted.
  for (const defaultStringType of ["PLAIN", "QUOTE_DOUBLE"] as const) {
    // Lines are not folded and nothing stands for something elsewhere: people and `diff` read what is there.
    const text = stringify(data, { version: "1.2", lineWidth: 0, aliasDuplicateObjects: false, defaultStringType });
    if (canonicalJson(yamlValue(text)) === given) return text;
  }
  throw new Error("as YAML it would come back as something else");
}

function yamlValue(text: string): unknown {
  return parse(text, { version: "1.2", maxAliasCount: 0, logLevel: "error" }) as unknown;
}

function plainText(data: unknown): string {
  if (typeof data !== "string") throw new TypeError(`the format text takes a string, not ${kindOf(data)}`);
  if (!data.isWellFormed()) throw new TypeError("it holds a lone surrogate, which UTF-8 cannot carry");
  return data;
}

function plainBytes(data: unknown): Uint8Array {
  if (data instanceof Uint8Array) return data;
  throw new TypeError(`the format binary takes bytes, not ${kindOf(data)}`);
}

function kindOf(data: unknown): string {
  if (data instanceof Uint8Array) return "bytes";
  if (data === null || data === undefined) return String(data);
  if (Array.isArray(data)) return "an array";
  return typeof data === "object" ? "an object" : `a ${typeof data}`;
}
