import { joinedLines } from "./joined-lines.ts";
import type { KnownSecret } from "./known-secret.ts";
import { needleSearch } from "./needle-search.ts";
import { type SecretForm, secretForms, soughtOf } from "./secret-forms.ts";
import { bytesAsText } from "./secret-needles.ts";
import type { Replacement, SoughtTexts } from "./secret-scan.ts";
import { secretMark } from "./secret.ts";

/** In the place of a secret whose reference has a secret in it. */
const NAMELESS = "[secret]";

/** A secret with all ways in which it is written. */
export interface SoughtSecret extends KnownSecret {
  /** Without white space around it. */
  readonly sought: string;
  readonly forms: readonly SecretForm[];
}

/** `undefined` for what is too short to be looked for. */
export function soughtSecret({ name, value }: KnownSecret): SoughtSecret | undefined {
  const sought = soughtOf(value);
  return sought === undefined ? undefined : { name, value, sought, forms: secretForms(sought) };
}

/** All ways in which secrets are written in texts. The same text counts once, for the first secret that is written so. */
export function soughtInTexts(secrets: readonly SoughtSecret[]): SoughtTexts {
  const [asItIs, joined] = [new Map<string, Replacement>(), new Map<string, Replacement>()];
  const marks = marksOf(secrets);
  const add = (to: Map<string, Replacement>, text: string, mark: string): void => {
    if (!to.has(text)) to.set(text, { mark, bytes: Buffer.byteLength(text) });
  };
  // Marks are found as well, and stay: so what is a part of one is not taken out of it.
  for (const [index, { name }] of secrets.entries()) add(asItIs, secretMark(name), marks[index] ?? NAMELESS);
  for (const [index, { sought, forms }] of secrets.entries()) {
    const mark = marks[index] ?? NAMELESS;
    for (const { text, form } of forms) {
      add(asItIs, text, mark);
      if (form === "base64" || form === "hexadecimal") add(joined, text, mark);
    }
    const inOneLine = soughtOf(joinedLines(sought)?.text ?? sought);
    if (inOneLine === undefined) continue;
    add(asItIs, inOneLine, mark);
    add(joined, inOneLine, mark);
  }
  return { asItIs, joined };
}

/** The same in bytes, one character for each, and in the two orders of UTF-16, in which some programs of Windows write. */
export function soughtInBytes(secrets: readonly SoughtSecret[]): SoughtTexts {
  const { asItIs, joined } = soughtInTexts(secrets);
  const inUtf8 = (texts: ReadonlyMap<string, Replacement>): Map<string, Replacement> =>
    new Map([...texts].map(([text, { mark, bytes }]) => [bytesAsText(text), { mark: bytesAsText(mark), bytes }]));
  const inUtf16 = secrets.flatMap(({ sought }): [string, Replacement][] =>
    utf16(sought, asItIs.get(sought)?.mark ?? NAMELESS).map(([text, mark]) => [text, { mark, bytes: text.length }]),
  );
  return { asItIs: new Map([...inUtf16, ...inUtf8(asItIs)]), joined: inUtf8(joined) };
}

/**
 * A text and its mark in both orders. The zero at one end of them is left out: else the text in one order would also be found one byte
 * before it is there in the other.
 */
function utf16(text: string, mark: string): [string, string][] {
  const [little, littleMark] = [text, mark].map((text) => Buffer.from(text, "utf16le").toString("latin1")) as [string, string];
  const [big, bigMark] = [text, mark].map((text) => Buffer.from(text, "utf16le").swap16().toString("latin1")) as [string, string];
  return [
    little.endsWith("\0") ? [little.slice(0, -1), littleMark.slice(0, -1)] : [little, littleMark],
    big.startsWith("\0") ? [big.slice(1), bigMark.slice(1)] : [big, bigMark],
  ];
}

/** What is put in the place of each. A mark never has a secret in it, as the reference `env:PASSWORD` of the secret `PASSWORD` would. */
function marksOf(secrets: readonly SoughtSecret[]): string[] {
  const marks = secrets.map(({ name }) => secretMark(name));
  const values = secrets.flatMap(({ forms }) => forms.map(({ text }) => text));
  const telling = new Set<number>();
  const ends: number[] = [];
  for (const mark of marks) ends.push((ends.at(-1) ?? 0) + mark.length + 1);
  needleSearch(values)(marks.join("\0"), (at) => telling.add(ends.findIndex((end) => at < end)));
  return marks.map((mark, index) => (telling.has(index) ? NAMELESS : mark));
}
