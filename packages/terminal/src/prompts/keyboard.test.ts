import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { keyboardOf, type KeyboardOptions } from "./keyboard.ts";

/** What a prompt gets of what a terminal sends. */
function keysOf(chunks: readonly (string | Buffer)[], options: Partial<KeyboardOptions> = {}): string {
  const input = new PassThrough();
  using keyboard = keyboardOf(input, { onEnd() {}, ...options });
  let keys = "";
  keyboard.stream.on("data", (chunk: Buffer) => (keys += chunk.toString()));
  for (const chunk of chunks) input.emit("data", chunk);
  return keys;
}

const BEGIN = "\u001b[200~";
const END = "\u001b[201~";

describe("keyboardOf", () => {
  it("gives what is typed as it comes, also a lone Esc and what comes in halves", () => {
    const [first, second] = [Buffer.from("é").subarray(0, 1), Buffer.from("é").subarray(1)];
    expect(keysOf(["a\r", "\u001b", "\u001b[A", first, second])).toBe("a\r\u001b\u001b[Aé");
  });

  it("puts what is pasted in one line, so that a line break in it sends nothing", () => {
    expect(keysOf([`x${BEGIN}one\r\ntwo\n\n\tthree${END}\r`])).toBe("xone two three\r");
  });

  it("presses no keys for what is pasted", () => {
    expect(keysOf([`${BEGIN}a\u0003b\u001b[Ac${END}`])).toBe("ab[Ac");
    expect(keysOf([`${BEGIN}\u0007${END}\u0007`], { typed: (keys) => keys.replace("\u0007", "!") })).toBe("!");
  });

  it("waits for the end of what is pasted, however it is cut", () => {
    const text = `a${BEGIN}one\ntwo${END}b${BEGIN}three${END}c`;
    for (let at = 1; at < text.length; at++) {
      if (text[at - 1] === "\u001b") continue;
      expect(keysOf([text.slice(0, at), text.slice(at)])).toBe("aone twobthreec");
    }
  });
});
