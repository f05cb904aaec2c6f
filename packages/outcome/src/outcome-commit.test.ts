import { RunId } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { outcomeMessage, readOutcomeMessage } from "./outcome-commit.ts";

type Says = ReturnType<typeof readOutcomeMessage>;

const runId = RunId.parse("run1");

describe("readOutcomeMessage", () => {
  it("reads what outcomeMessage has written", () => {
    const trailers = { "Dad-Node": "a: b = c", "Dad-Empty": "", "Dad-Run": "forged" };
    const message = outcomeMessage({ subject: "Dad-Node: as it is\n\nDad-Base: forged", trailers, runId, base: "123" });
    expect(readOutcomeMessage(message)).toEqual({
      subject: "Dad-Node: as it is Dad-Base: forged",
      trailers: { "Dad-Node": "a: b = c", "Dad-Empty": "", "Dad-Run": "run1", "Dad-Base": "123" },
    });
  });

  it.each<readonly [string, string, Says]>([
    ["nothing", "", { subject: "", trailers: {} }],
    ["empty lines first", "\n\n  Subject \nmore\n", { subject: "Subject", trailers: {} }],
    ["one paragraph, be it like a trailer", "Dad-Run: run1", { subject: "Dad-Run: run1", trailers: {} }],
    ["more paragraphs than one", "Subject\n\nDad-Run: not this\n\nDad-Run: this", { subject: "Subject", trailers: { "Dad-Run": "this" } }],
    ["a last paragraph that is text", "Subject\n\nDad-Run: run1\n\nand so on", { subject: "Subject", trailers: {} }],
    ["a paragraph that is text in part", "Subject\n\nDad-Run: run1\nand so on", { subject: "Subject", trailers: {} }],
    ["a name more than once", "Subject\n\nDad-Run: first\nDad-Run: last", { subject: "Subject", trailers: { "Dad-Run": "last" } }],
    ["line ends of Windows", "Subject\r\n\r\nDad-Run: run1\r\n", { subject: "Subject", trailers: { "Dad-Run": "run1" } }],
    ["names of objects", "Subject\n\nconstructor: x\n__proto__: y", { subject: "Subject", trailers: {} }],
  ])("reads a message that has %s", (_what, message, says) => {
    expect(readOutcomeMessage(message)).toEqual(says);
  });
});
