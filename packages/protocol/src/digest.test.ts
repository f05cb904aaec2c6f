import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Digest, digestOfBytes, digestOfHex, digestOfJson, hexOfDigest } from "./digest.ts";

const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

describe("Digest", () => {
  it.each([
    EMPTY,
    `sha256:${EMPTY.toUpperCase()}`,
    `sha256:${EMPTY.slice(1)}`,
    `sha256:${EMPTY}0`,
    `sha512:${EMPTY}`,
    `sha256:${EMPTY}\n`,
    `sha256:../${EMPTY.slice(3)}`,
  ])("refuses %j", (text) => {
    expect(Digest.safeParse(text).success).toBe(false);
  });

  it("is the SHA-256 of the bytes", () => {
    expect(digestOfBytes("")).toBe(`sha256:${EMPTY}`);
    expect(digestOfBytes("abc")).toBe("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });

  it("of a text is that of its UTF-8 bytes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(digestOfBytes(text)).toBe(digestOfBytes(new TextEncoder().encode(text)));
      }),
    );
  });

  it("goes to hex and back", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const digest = digestOfBytes(bytes);
        expect(Digest.parse(digest)).toBe(digest);
        expect(digestOfHex(hexOfDigest(digest))).toBe(digest);
      }),
    );
  });

  it("of JSON does not depend on the order of members", () => {
    expect(digestOfJson({ a: 1, b: [2] })).toBe(digestOfJson({ b: [2], a: 1 }));
    expect(digestOfJson({ a: 1, b: [2] })).toBe(digestOfBytes('{"a":1,"b":[2]}'));
  });

  it.each(["", "xyz", EMPTY.slice(1)])("is not made of %j", (hex) => {
    expect(() => digestOfHex(hex)).toThrow("64 lower-case hex digits");
  });
});
