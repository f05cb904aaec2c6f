import type { KnownSecret } from "./known-secret.ts";
import { type SecretForm, secretForms, soughtOf } from "./secret-forms.ts";

/** What a secret looks like in bytes. */
export interface Needle {
  /** One character for each byte. */
  readonly text: string;
  /** What the secret is called. */
  readonly secret: string;
  readonly form: SecretForm["form"];
}

export interface Needles {
  /** What is looked for in a file as it is. */
  readonly asItIs: readonly Needle[];
  /** What is looked for in a file without its white space: base64 is broken into lines wherever a line is full. */
  readonly withoutSpace: readonly Needle[];
}

/** All that is to be looked for in files. The same bytes count once, for the first secret that has them. */
export function needlesOf(secrets: readonly KnownSecret[]): Needles {
  const [asItIs, withoutSpace] = [new Map<string, Needle>(), new Map<string, Needle>()];
  for (const { name, value } of secrets) {
    const sought = soughtOf(value);
    for (const { text, form } of sought === undefined ? [] : secretForms(sought)) {
      const needle = { text: bytesAsText(text), secret: name, form };
      const to = form === "base64" || form === "hexadecimal" ? withoutSpace : asItIs;
      if (!to.has(needle.text)) to.set(needle.text, needle);
    }
  }
  return { asItIs: [...asItIs.values()], withoutSpace: [...withoutSpace.values()] };
}

/** The bytes of a text in UTF-8, one character each: what is looked for in bytes is looked for as in a text. */
export function bytesAsText(text: string): string {
  return Buffer.from(text).toString("latin1");
}
