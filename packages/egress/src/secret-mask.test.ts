import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { holdsSecret, secretMask, secretsOf } from "./secret-mask.ts";

const KEY = "sk-aab-aabaab-0123";
const secrets = secretsOf([`Bearer ${KEY}`]);

async function masked(chunks: readonly string[]): Promise<string> {
  return (await buffer(Readable.from(chunks.map((chunk) => Buffer.from(chunk, "latin1"))).pipe(secretMask(secrets)))).toString("latin1");
}

describe("the mask over secrets", () => {
  it("takes the words of a value that are long enough", () => {
    expect(secretsOf([`Bearer ${KEY}`, "2023-06-01", KEY]).map(String)).toEqual([KEY]);
  });

  it("covers each one and leaves the rest as it is", async () => {
    expect(await masked([`a${KEY}b${KEY}`])).toBe(`a${"*".repeat(KEY.length)}b${"*".repeat(KEY.length)}`);
  });

  it("covers one wherever it is cut", async () => {
    const alphabet = fc.array(fc.constantFrom(KEY, "sk-aa", "b", "sk-", "-"), { maxLength: 8 }).map((parts) => parts.join(""));
    await fc.assert(
      fc.asyncProperty(alphabet, fc.array(fc.nat(60), { maxLength: 6 }), async (text, cuts) => {
        const at = [...new Set(cuts.map((cut) => Math.min(cut, text.length)))].sort((a, b) => a - b);
        const chunks = [0, ...at].map((from, index) => text.slice(from, at[index] ?? text.length));
        expect(await masked(chunks)).toBe(text.replaceAll(KEY, "*".repeat(KEY.length)));
      }),
    );
  });

  it("covers one that is cut off at the end, where more than its beginning is there", async () => {
    expect(await masked([`a${KEY.slice(0, -1)}`])).toBe(`a${"*".repeat(KEY.length - 1)}`);
    expect(await masked([`a${KEY.slice(0, 6)}`])).toBe(`a${KEY.slice(0, 6)}`);
  });

  it("lets pass at once what begins no secret", () => {
    const mask = secretMask(secrets);
    mask.write("data: hello\n\n");
    expect(String(mask.read())).toBe("data: hello\n\n");
    mask.write("more sk-");
    expect(String(mask.read())).toBe("more ");
  });

  it("finds one in a header", () => {
    expect(holdsSecret(`https://a.example/?key=${KEY}`, secrets)).toBe(true);
    expect(holdsSecret("https://a.example/", secrets)).toBe(false);
  });
});
