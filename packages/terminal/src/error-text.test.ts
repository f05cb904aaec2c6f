import { DadError, RunSummary } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { errorText } from "./error-text.ts";
import { unpainted } from "./paint.ts";

describe("errorText", () => {
  it("names code and message", () => {
    expect(errorText(new DadError("RUN_UNKNOWN", "there is no run x"), unpainted)).toBe("error RUN_UNKNOWN: there is no run x");
  });

  it("tells every cause, and not twice what a message says already", () => {
    const innermost = new DadError("PROGRAM_MISSING", "no such program: jest");
    const middle = new DadError("COMMAND_FAILED", "the tests could not be run", { cause: innermost });
    const error = new DadError("NODE_FAILED", "node a.test failed: the tests could not be run", { cause: middle });
    expect(errorText(error, unpainted).split("\n")).toEqual([
      "error NODE_FAILED: node a.test failed: the tests could not be run",
      "  caused by COMMAND_FAILED",
      "  caused by PROGRAM_MISSING: no such program: jest",
    ]);
  });

  it("indents the lines of a long message", () => {
    expect(errorText(new DadError("DEFINITION_INVALID", "two problems:\n  one\n  two\n"), unpainted)).toBe(
      "error DEFINITION_INVALID: two problems:\n      one\n      two",
    );
  });

  it("lets no data reach the terminal as an escape sequence", () => {
    const error = new DadError("NODE_FAILED", "printed \u001b[2J", { cause: new Error("\u001b]0;owned\u0007") });
    expect(errorText(error, unpainted)).not.toContain("\u001b");
    expect(errorText(error, unpainted)).not.toContain("\u0007");
    expect(errorText(error, unpainted)).toContain(String.raw`\x1b[2J`);
  });

  it("shows where an unforeseen error came from", () => {
    const text = errorText(new DadError("NODE_FAILED", "node a.b failed", { cause: new RangeError("boom") }), unpainted);
    expect(text).toContain("caused by UNEXPECTED: boom");
    expect(text).toMatch(/\n {4}at .*error-text\.test\.ts:\d+:\d+/);
    expect(text).not.toContain("(node:");
  });

  it("shows no stack of a failure that has a code", () => {
    expect(errorText(new DadError("RUN_EXISTS", "taken"), unpainted)).not.toContain(" at ");
    expect(errorText(Object.assign(new Error("no space"), { code: "ENOSPC" }), unpainted)).toBe("error ENOSPC: no space");
  });

  it("shows no stack below a failure that somebody foresaw", () => {
    const foreseen = new DadError("CONFIG_UNREADABLE", "cannot be loaded", { cause: new RangeError("boom") });
    for (const error of [foreseen, new DadError("NODE_FAILED", "node a failed", { cause: foreseen })]) {
      expect(errorText(error, unpainted)).not.toMatch(/\n\s+at /);
    }
  });

  it("leaves out the issues of zod where a coded error tells them", () => {
    const cause = RunSummary.safeParse({ runId: 1 }).error;
    expect(errorText(new DadError("MODEL_REPLY_INVALID", "title: is missing", { cause }), unpainted)).toBe(
      "error MODEL_REPLY_INVALID: title: is missing",
    );
  });

  it("tells what is no error at all", () => {
    expect(errorText("just text", unpainted)).toBe("error UNEXPECTED: just text");
    expect(errorText(undefined, unpainted)).toBe("error UNEXPECTED: a thrown undefined");
  });
});

it("ends also for an error that is its own cause, or that cannot be looked at", () => {
  const circular = new Error("round");
  circular.cause = circular;
  const shy = Object.defineProperty(new Error("shy"), "cause", {
    get() {
      throw new Error("evil");
    },
  });
  for (const error of [circular, shy]) expect(errorText(error, unpainted)).toContain(`error UNEXPECTED: ${error.message}`);
});
