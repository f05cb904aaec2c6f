import { secretLines, secretParts } from "./secret-parts.ts";

/** A way in which a secret is written. */
export interface SecretForm {
  readonly text: string;
  /** For people. */
  readonly form: "as it is" | "in part" | "JSON-escaped" | "URL-encoded" | "base64" | "hexadecimal";
}

/** Shorter values would be found wherever somebody writes. */
export const LEAST_SECRET_BYTES = 8;

/** What is looked for of a value: without the white space around it. `undefined` for what is too short. */
export function soughtOf(value: string): string | undefined {
  const text = value.trim().toWellFormed();
  return Buffer.byteLength(text) < LEAST_SECRET_BYTES ? undefined : text;
}

/** All ways, the plainest first, also those of its parts that are secrets by themselves. The same text may come more than once. */
export function secretForms(text: string): SecretForm[] {
  const parts = secretParts(text).flatMap((part) => soughtOf(part) ?? []);
  return [...formsOf(text, "as it is"), ...parts.flatMap((part) => formsOf(part, "in part"))];
}

function formsOf(text: string, as: "as it is" | "in part"): SecretForm[] {
  const forms: SecretForm[] = [{ text, form: as }];
  const add = (form: SecretForm["form"], texts: readonly string[]): void => {
    for (const text of texts) forms.push({ text, form });
  };
  add("in part", secretLines(text));
  add("JSON-escaped", [...jsonForms(text), ...jsonForms(text).flatMap(jsonForms)]);
  add("URL-encoded", urlForms(text));
  const encoded = base64Forms(Buffer.from(text));
  add("base64", [...encoded, ...encoded.map((form) => form.replaceAll("/", String.raw`\/`)), ...encoded.map(encodeURIComponent)]);
  const digits = Buffer.from(text).toString("hex");
  add("hexadecimal", [digits, digits.toUpperCase()]);
  return forms;
}

/** As JavaScript, Python, PHP, Go and .NET write it. */
function jsonForms(text: string): string[] {
  const plain = JSON.stringify(text).slice(1, -1);
  // What all of them write as it is.
  if (/^[^"&'+/<>`\\\u007f-\uffff]*$/.test(plain)) return [plain];
  const ascii = plain.replaceAll(/[\u0080-\uffff]/g, escaped);
  return [
    plain,
    ascii,
    ascii.replaceAll("/", String.raw`\/`),
    plain.replaceAll("/", String.raw`\/`),
    plain.replaceAll(/[<>&\u2028\u2029]/g, escaped),
    plain.replaceAll(String.raw`\"`, String.raw`\u0022`).replaceAll(/[&'+<>`\u007f-\uffff]/g, (character) => `\\u${codeOf(character).toUpperCase()}`),
  ];
}

function escaped(character: string): string {
  return `\\u${codeOf(character)}`;
}

function codeOf(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(4, "0");
}

/** They differ in what they leave as it is, in the case of digits, and in how they write a space. */
function urlForms(text: string): string[] {
  const component = encodeURIComponent(text);
  const strict = component.replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  const forms = [component, strict, strict.replaceAll("%2F", "/"), encodeURI(text), new URLSearchParams([["", text]]).toString().slice(1)];
  return forms.flatMap((form) => [form, form.replaceAll(/%[\dA-F]{2}/g, (code) => code.toLowerCase())]);
}

const BITS_OF_CHARACTER = 6;

/**
 * What stays the same in base64 whatever comes before and after: without the characters that also have bits of the neighbours,
 * where up to four bits of the secret at either end are.
 */
function base64Forms(bytes: Buffer): string[] {
  const forms = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const ends = [before, before + bytes.length].map((count) => (count * 8) / BITS_OF_CHARACTER);
    return encoded.slice(Math.ceil(ends[0] ?? 0), Math.floor(ends[1] ?? 0));
  });
  return forms.flatMap((form) => [form, form.replaceAll("+", "-").replaceAll("/", "_")]);
}
