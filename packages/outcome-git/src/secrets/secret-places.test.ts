import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { secretFinder } from "./secret-places.ts";

const NAME = "env:API_KEY";
const find = (value: string, content: string | Uint8Array, path: string | Uint8Array = "file") =>
  secretFinder([{ name: NAME, value }])?.placesIn(path, typeof content === "string" ? Buffer.from(content) : content);
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("a finder of secrets", () => {
  it("tells the file, the line, the name and the form, and not the value", () => {
    const places = find("hunter2-hunter2", 'one\ntwo\nkey = "hunter2-hunter2"\n\nhunter2-hunter2');
    expect(places).toEqual([
      { path: "file", line: 3, secret: NAME, form: "as it is" },
      { path: "file", line: 5, secret: NAME, form: "as it is" },
    ]);
  });

  it("tells a line once, however often a secret is in it", () => {
    expect(find("hunter2-hunter2", "hunter2-hunter2".repeat(100_000))).toHaveLength(1);
  });

  it("tells the first 100 lines of a file", () => {
    expect(find("hunter2-hunter2", "hunter2-hunter2\n".repeat(100_000))?.map(({ line }) => line)).toEqual(
      Array.from({ length: 100 }, (_, at) => at + 1),
    );
  });

  it("has nothing to look for without secrets, and for none of less than 8 bytes", () => {
    expect(secretFinder([])).toBeUndefined();
    expect(secretFinder([{ name: "short", value: "1234567" }])).toBeUndefined();
    expect(secretFinder([{ name: "blank", value: "        1234567\n" }])).toBeUndefined();
    expect(find("12345678", "12345678")).toHaveLength(1);
  });

  it("leaves white space around a value aside", () => {
    expect(find("hunter2-hunter2\n", "x=hunter2-hunter2;")).toHaveLength(1);
  });

  it("names a path that is no text as far as it is one", () => {
    expect(find("hunter2-hunter2", "hunter2-hunter2", Buffer.from("a\xff", "latin1"))?.[0]?.path).toBe("a\ufffd");
  });

  it("tells apart many secrets, also when one begins like another", () => {
    const finder = secretFinder(["hunter2-hunter2", "hunter2-hunter2-and-more", "quite another"].map((value, at) => ({ name: String(at), value })));
    expect(finder?.placesIn("file", Buffer.from("hunter2-hunter2-and-more")).map(({ secret }) => secret)).toEqual(["0", "1"]);
    expect(finder?.placesIn("file", Buffer.from("hunter2-hunter2")).map(({ secret }) => secret)).toEqual(["0"]);
  });

  it.each([
    ["JSON-escaped", 'a "quoted" one', JSON.stringify({ key: 'a "quoted" one' })],
    ["JSON-escaped", "schlüssel und schloß 🔑", String.raw`"schl\u00fcssel und schlo\u00df \ud83d\udd11"`],
    ["JSON-escaped", "path/to/ürgend", String.raw`"path\/to\/\u00fcrgend"`],
    ["JSON-escaped", "<a&b>c=d-e", String.raw`"\u003ca\u0026b\u003ec=d-e"`],
    ["URL-encoded", "a+b/c=d&e f!", `https://example.org/?key=${encodeURIComponent("a+b/c=d&e f!")}`],
    ["URL-encoded", "a+b/c=d&e f!", new URLSearchParams({ key: "a+b/c=d&e f!" }).toString()],
    ["URL-encoded", "a+b/c=d&e f!", "key=a%2bb%2fc%3dd%26e%20f!"],
    ["URL-encoded", "a+b/c=d&e f!", "key=a%2Bb/c%3Dd%26e%20f%21"],
    ["base64", "hunter2-hunter2", `Authorization: Basic ${base64("user:hunter2-hunter2")}`],
    ["base64", "schlüssel???>>>", Buffer.from("a schlüssel???>>> b").toString("base64url")],
  ])("finds a secret %s", (form, value, content) => {
    expect(find(value, `first\n${content}\n`)).toContainEqual({ path: "file", line: 2, secret: NAME, form });
  });

  it("finds a secret in base64 that was broken into lines, at the line in which it begins", () => {
    const text = `${"x".repeat(50)}hunter2-hunter2${"y".repeat(200)}`;
    const content = execFileSync("base64", { input: text }).toString();
    expect(content).not.toContain(base64("hunter2-hunter2").slice(4, 16));
    expect(find("hunter2-hunter2", `data: |\n${content.replaceAll(/^/gm, "  ")}`)).toEqual([{ path: "file", line: 2, secret: NAME, form: "base64" }]);
  });
});

/** Text with few different characters, so that much is nearly what is looked for. */
const few = (size: { readonly minLength?: number; readonly maxLength: number }) =>
  fc.string({ unit: fc.constantFrom("a", "b", "/", "+", "ü", "\n"), ...size });
const secret = few({ minLength: 8, maxLength: 20 }).filter((text) => Buffer.byteLength(text.trim()) >= 8);
const around = few({ maxLength: 40 });

const FORMS: Readonly<Record<string, (text: string) => string>> = {
  "as it is": (text) => text,
  "JSON-escaped": (text) => JSON.stringify(text).slice(1, -1),
  "URL-encoded": encodeURIComponent,
  base64,
  "base64 without padding": (text) => base64(text).replaceAll("=", ""),
  "base64 of URLs": (text) => Buffer.from(text).toString("base64url"),
};

describe("whatever is in a file", () => {
  it.each(Object.keys(FORMS))("a secret in it is found, %s, at any place and however the file is cut", (form) => {
    const encode = FORMS[form] ?? String;
    fc.assert(
      fc.property(secret, fc.tuple(around, around, fc.nat(3)), fc.array(fc.nat(200)), (value, [before, after, lines], cuts) => {
        const content = Buffer.from(`${"line\n".repeat(lines)}${encode(before + value + after)}\nlast\n`);
        const search = secretFinder([{ name: NAME, value }])?.search("file");
        const ends = [...cuts.toSorted((one, other) => one - other), content.length];
        for (const [at, end] of ends.entries()) search?.push(content.subarray(ends[at - 1] ?? 0, end));
        const start = Buffer.from(before + value.slice(0, value.length - value.trimStart().length));
        const breaks = form === "as it is" ? start.toString().split("\n").length - 1 : 0;
        expect(search?.places.map(({ line }) => line)).toContain(1 + lines + breaks);
      }),
    );
  });

  it("what is found as it is, is there: as often, and in the same lines, as one who looks at each place sees it", () => {
    fc.assert(
      fc.property(
        fc.array(secret, { minLength: 1, maxLength: 4 }),
        fc.array(fc.oneof(secret, around), { maxLength: 8 }),
        fc.nat(7),
        (values, parts, cut) => {
          const sought = [...new Set(values.map((value) => value.trim()))];
          const content = [...parts, values[0]?.slice(cut), values[0]?.slice(0, cut), values[0]].join("");
          const places = secretFinder(sought.map((value) => ({ name: value, value })))?.placesIn("file", Buffer.from(content)) ?? [];
          const found = places.filter(({ form }) => form === "as it is").map(({ line, secret: name }) => JSON.stringify([line, name]));
          const starts = sought.flatMap((value) =>
            content
              .split("")
              .map((_, at) => ({ at, value }))
              .filter(({ at }) => content.startsWith(value, at)),
          );
          const seen = starts.map(({ at, value }) => JSON.stringify([content.slice(0, at).split("\n").length, value]));
          expect(new Set(found)).toEqual(new Set(seen));
          expect(found).toHaveLength(new Set(found).size);
        },
      ),
    );
  });

  it.each(Object.keys(FORMS))("nothing is found, %s, of a text that differs from the secret", (form) => {
    const encode = FORMS[form] ?? String;
    const hex = fc.stringMatching(/^[0-9a-f]{8,40}$/);
    fc.assert(
      fc.property(hex, hex, fc.nat(), (before, value, at) => {
        // Neither end: base64 mixes the bits of an end with those of its neighbour.
        const changed = 1 + (at % (value.length - 2));
        const near = `${value.slice(0, changed)}!${value.slice(changed + 1)}`;
        fc.pre(!before.includes(value));
        expect(find(value, encode(`${before}-${near}-${before}`))).toEqual([]);
      }),
    );
  });
});
