import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shellQuote } from "./shell-quote.ts";

describe.runIf(process.platform !== "win32")("a quoted word", () => {
  it("is to a shell exactly the text that was quoted", () => {
    // A whole character of Unicode each: half a pair is no text that a process could be given.
    const text = fc.string({ unit: "binary" }).filter((value) => !value.includes("\0"));
    fc.assert(
      fc.property(fc.array(fc.oneof(text, fc.constantFrom("'", "\\", "\n", "$HOME", "`id`", "", "--", "*"))), (words) => {
        const script = `for word in ${words.map(shellQuote).join(" ")}; do printf '%s\\0' "$word"; done`;
        const printed = execFileSync("/bin/sh", ["-c", script], { encoding: "utf8" });
        expect(printed.split("\0").slice(0, -1)).toEqual(words);
      }),
      { numRuns: 50 },
    );
  });
});
