import type { Json } from "@dad/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redactor } from "./redactor.ts";

/** Secrets have other characters than what is around them, so that what stays of one can be told from what was never a part of it. */
const secret = fc
  .string({ unit: fc.constantFrom(...Array.from("abcdefABCDEF0123456789/+-_=\"\\'&%<> äß鍵🔑\n")), minLength: 8, maxLength: 40 })
  .filter((text) => Buffer.byteLength(text.trim()) >= 8);
const around = fc.string({ unit: fc.constantFrom(...Array.from("xyzXYZ .:;{}[]\n")), maxLength: 60 });

const lines = (text: string, lineBreak: string) => (text.match(/.{1,16}/gs) ?? []).join(lineBreak);
const ascii = (text: string) => text.replaceAll(/[\u0080-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** Each character by itself, so that what stays of a secret can be looked for. */
const CHARACTERWISE: Readonly<Record<string, (text: string) => string>> = {
  "as it is": (text) => text,
  JSON: (text) => JSON.stringify(text).slice(1, -1),
  "JSON in JSON": (text) => JSON.stringify(JSON.stringify(text).slice(1, -1)).slice(1, -1),
  "JSON of ASCII": (text) => ascii(JSON.stringify(text).slice(1, -1)),
  URL: encodeURIComponent,
  form: (text) => new URLSearchParams([["", text]]).toString().slice(1),
};

/** Three bytes together. */
const BASE64: Readonly<Record<string, (text: string) => string>> = {
  base64: (text) => Buffer.from(text).toString("base64"),
  "base64 of URLs": (text) => Buffer.from(text).toString("base64url"),
  "base64 in lines": (text) => lines(Buffer.from(text).toString("base64"), "\n"),
  "base64 in lines in JSON": (text) => JSON.stringify(lines(Buffer.from(text).toString("base64"), "\r\n")),
  "base64 in indented lines in JSON in JSON": (text) => JSON.stringify(JSON.stringify(lines(Buffer.from(text).toString("base64"), "\n  "))),
};

const join = (pieces: readonly string[]) => pieces.join("");

function cutAt(text: string, cuts: readonly number[]): string[] {
  const ends = [...cuts.map((cut) => cut % (text.length + 1)).toSorted((one, other) => one - other), text.length];
  return ends.map((end, at) => text.slice(ends[at - 1] ?? 0, end));
}

describe("whatever is written", () => {
  it.each(Object.entries(CHARACTERWISE))("nothing of a secret stays, and all that was around it does: %s", (_, write) => {
    fc.assert(
      fc.property(fc.array(secret, { minLength: 1, maxLength: 4 }), around, fc.array(fc.nat(500)), (values, before, cuts) => {
        const redact = redactor(values.map((value, at) => ({ name: `env:${at}`, value })));
        const [text, after] = [join(values.map((value) => write(before) + write(value.trim()))), "~"];
        const redacted = redact.text(text + after);
        expect(redacted.replaceAll(/\[secret env:\d\]/g, "")).toBe(write(before).repeat(values.length) + after);
        const stream = redact.stream();
        expect(join([...cutAt(text + after, cuts).map((piece) => stream.push(piece)), stream.end()])).toBe(redacted);
        expect(Buffer.from(redact.bytes(Buffer.from(text + after))).toString()).toBe(redacted);
      }),
    );
  });

  it.each(Object.entries(BASE64))("nothing of a secret stays: %s", (_, write) => {
    fc.assert(
      fc.property(secret, fc.tuple(around, around), fc.array(fc.nat(500)), (value, [before, after], cuts) => {
        const redact = redactor([{ name: "env:KEY", value }]);
        const text = write(before + value.trim() + after);
        const redacted = redact.text(text);
        const stays = redacted.replaceAll(/\\+[nr]|\s/g, "");
        const whole = Buffer.from(before + value.trim() + after).toString(text.includes("_") || text.includes("-") ? "base64url" : "base64");
        const [from, to] = [before, before + value.trim()].map((text) => (Buffer.byteLength(text) * 4) / 3) as [number, number];
        for (let at = Math.ceil(from); at + 6 <= Math.floor(to); at += 1) expect(stays).not.toContain(whole.slice(at, at + 6));
        const stream = redact.stream();
        expect(join([...cutAt(text, cuts).map((piece) => stream.push(piece)), stream.end()])).toBe(redacted);
        expect(Buffer.from(redact.bytes(Buffer.from(text))).toString()).toBe(redacted);
      }),
    );
  });
});

/** Few different characters, so that much is nearly what is looked for, and secrets overlap. */
const few = (size: { readonly minLength?: number; readonly maxLength: number }) =>
  fc.string({ unit: fc.constantFrom("a", "a", "a", "b", "n", "\\", "\n", " ", "ü"), ...size });
const overlapping = fc.array(
  few({ minLength: 8, maxLength: 14 }).filter((text) => Buffer.byteLength(text.trim()) >= 8),
  { minLength: 1, maxLength: 6 },
);
const mixed = fc.tuple(overlapping, fc.array(few({ maxLength: 6 }), { maxLength: 8 })).map(([values, parts]) => ({
  values,
  text: join(parts.map((part, at) => part + (at % 2 === 0 ? (values[at % values.length] ?? "") : (values[0] ?? "").slice(at)))),
}));

describe("secrets that have parts in common", () => {
  it("leave none of them in a text, and nothing changes the second time", () => {
    fc.assert(
      fc.property(mixed, (mixed) => {
        // What stands before a mark can be read in two ways when it ends with a backslash.
        const [text = "", ...values] = [mixed.text, ...mixed.values].map((text) => text.replaceAll("\\", "b"));
        const redact = redactor(values.map((value, at) => ({ name: `env:${at}`, value })));
        const redacted = redact.text(text);
        for (const value of values) expect(redacted).not.toContain(value.trim());
        expect(redact.text(redacted)).toBe(redacted);
      }),
    );
  });

  it("are taken out of pieces as they are out of the whole", () => {
    fc.assert(
      fc.property(mixed, fc.array(fc.nat(200)), ({ values, text }, cuts) => {
        const redact = redactor(values.map((value, at) => ({ name: `env:${at}`, value })));
        const [stream, bytes] = [redact.stream(), redact.byteStream()];
        const pieces = cutAt(text, cuts);
        expect(join([...pieces.map((piece) => stream.push(piece)), stream.end()])).toBe(redact.text(text));
        const content = cutAt(Buffer.from(text).toString("latin1"), cuts).map((piece) => Buffer.from(piece, "latin1"));
        const redacted = Buffer.concat([...content.map((piece) => bytes.push(piece)), bytes.end()]);
        expect(redacted).toEqual(Buffer.from(redact.bytes(Buffer.from(text))));
        expect(redacted.toString()).toBe(redact.text(text));
      }),
    );
  });

  it("are held back only while they may go on", () => {
    const capitals = fc.string({ unit: fc.constantFrom("A", "B"), minLength: 8, maxLength: 10 });
    fc.assert(
      fc.property(
        fc.array(capitals),
        fc.tuple(fc.string({ unit: fc.constantFrom("A", "B", "."), maxLength: 80 }), fc.array(fc.nat(200))),
        (values, [text, cuts]) => {
          const redact = redactor(values.map((value, at) => ({ name: `env:${at}`, value })));
          const stream = redact.stream();
          let [pushed, told] = ["", ""];
          for (const piece of cutAt(text, cuts)) {
            pushed += piece;
            told += stream.push(piece);
            // Whatever may go on has no dot in it.
            const certain = pushed.slice(0, pushed.lastIndexOf(".") + 1);
            expect(told.startsWith(redact.text(certain))).toBe(true);
          }
        },
      ),
    );
  });
});

describe("what has no secret in it", () => {
  it("is the identical value", () => {
    const random = fc.stringMatching(/^[0-9a-f]{24,40}$/);
    fc.assert(
      fc.property(fc.array(random), fc.jsonValue(), (values, value) => {
        const redact = redactor(values.map((value, at) => ({ name: `env:${at}`, value })));
        const text = JSON.stringify(value);
        fc.pre(!values.some((value) => text.includes(value)));
        expect(redact.json(value as Json)).toBe(value);
        expect(redact.text(text)).toBe(text);
        const content = Buffer.from(text);
        expect(redact.bytes(content)).toBe(content);
      }),
    );
  });

  it("is, of JSON, as the text of its members would be", () => {
    fc.assert(
      fc.property(secret, fc.jsonValue(), around, (value, other, before) => {
        const redact = redactor([{ name: "env:KEY", value }]);
        const redacted = redact.json({ other: other as Json, [before + value]: [before + value] });
        expect(Object.keys(redacted)).toContain(redact.text(before + value));
        expect(JSON.stringify(redacted)).not.toContain(JSON.stringify(value.trim()).slice(1, -1));
      }),
    );
  });
});
