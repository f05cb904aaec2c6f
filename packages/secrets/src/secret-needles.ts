import type { KnownSecret } from "./known-secret.ts";

/** Shorter values would be found wherever somebody writes. */
export const LEAST_SECRET_BYTES = 8;

/** What a secret looks like in a file. */
export interface Needle {
  readonly bytes: Buffer;
  /** What the secret is called. */
  readonly secret: string;
  /** For people: how it is written. */
  readonly form: string;
}

export interface Needles {
  /** What is looked for in a file as it is. */
  readonly asItIs: readonly Needle[];
  /** What is looked for in a file without its white space: base64 is broken into lines wherever a line is full. */
  readonly withoutSpace: readonly Needle[];
}

/** All that is to be looked for. The same bytes count once, for the first secret that has them. */
export function needlesOf(secrets: readonly KnownSecret[]): Needles {
  const [asItIs, withoutSpace] = [new Map<string, Needle>(), new Map<string, Needle>()];
  const add = (to: Map<string, Needle>, needle: Needle): void => {
    const key = needle.bytes.toString("latin1");
    if (!to.has(key)) to.set(key, needle);
  };
  const sought = secrets
    .map(({ name, value }) => ({ secret: name, text: value.trim().toWellFormed() }))
    .filter(({ text }) => Buffer.byteLength(text) >= LEAST_SECRET_BYTES);
  for (const { secret, text } of sought) add(asItIs, { bytes: Buffer.from(text), secret, form: "as it is" });
  for (const { secret, text } of sought) {
    for (const form of jsonForms(text)) add(asItIs, { bytes: Buffer.from(form), secret, form: "JSON-escaped" });
    for (const form of urlForms(text)) add(asItIs, { bytes: Buffer.from(form), secret, form: "URL-encoded" });
    for (const form of base64Forms(Buffer.from(text))) add(withoutSpace, { bytes: Buffer.from(form), secret, form: "base64" });
  }
  return { asItIs: [...asItIs.values()], withoutSpace: [...withoutSpace.values()] };
}

/** As JavaScript, Python, PHP and Go write it. */
function jsonForms(text: string): string[] {
  const plain = JSON.stringify(text).slice(1, -1);
  const ascii = plain.replaceAll(/[\u0080-\uffff]/g, escaped);
  return [plain, ascii, ascii.replaceAll("/", String.raw`\/`), plain.replaceAll(/[<>&\u2028\u2029]/g, escaped)];
}

function escaped(character: string): string {
  return String.raw`\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
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
