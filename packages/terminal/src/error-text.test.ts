import { DadError, errorEnvelope, RunSummary } from "@dad/protocol";
import { describe, expect, it } from "vitest";
import { errorLine, errorLines, errorText } from "./error-text.ts";
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
    expect(text).toContain("caused by RangeError: boom");
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

  it("names the class of an error without a code, and leaves out a cause that says nothing new", () => {
    class OutOfLuck extends Error {}
    const failed = (cause: unknown) => errorText(new DadError("NODE_FAILED", "node a.b failed: boom", { cause }), unpainted).split("\n    at ")[0];
    const first = "error NODE_FAILED: node a.b failed: boom";
    expect(failed(new TypeError("boom"))).toBe(`${first}\n  caused by TypeError`);
    expect(failed(new OutOfLuck("boom"))).toBe(`${first}\n  caused by OutOfLuck`);
    expect(failed(new Error("boom"))).toBe(first);
    expect(failed(new Error("boom", { cause: new Error("no luck") }))).toBe(`${first}\n  caused by UNEXPECTED: no luck`);
    expect(errorText(new TypeError("boom"), unpainted)).toMatch(/^error TypeError: boom\n/);
  });

  it("leaves out the class of an error that was recorded, which nobody knows", () => {
    const recorded = errorEnvelope(new DadError("NODE_FAILED", "node a.b failed: boom", { cause: new TypeError("boom") }));
    expect(errorLines(recorded, unpainted)).toEqual(["error NODE_FAILED: node a.b failed: boom"]);
  });

  it("tells why something was aborted, and not that it was", () => {
    const why = new DadError("RUN_CANCELLED", "cancelled by Ctrl-C", { cause: new RangeError("tired") });
    const aborted = Object.assign(new Error("The operation was aborted", { cause: why }), { name: "AbortError" });
    expect(errorText(aborted, unpainted).split("\n    at ")[0]).toBe("error RUN_CANCELLED: cancelled by Ctrl-C\n  caused by RangeError: tired");
    expect(
      errorText(new DadError("NODE_CANCELLED", "node a was cancelled", { cause: aborted }), unpainted)
        .split("\n")
        .slice(0, 2),
    ).toEqual(["error NODE_CANCELLED: node a was cancelled", "  caused by RUN_CANCELLED: cancelled by Ctrl-C"]);
    const reasonless = Object.assign(new Error("The operation was aborted"), { name: "AbortError" });
    expect(errorText(reasonless, unpainted)).toBe("error ABORTED: The operation was aborted");
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

describe("errorLine", () => {
  const line = (error: unknown) => errorLine(errorEnvelope(error));

  it("is the code and how the message begins", () => {
    expect(line(new DadError("COMMAND_FAILED", "exit code 3:\n  no luck\n"))).toBe("COMMAND_FAILED: exit code 3: no luck");
    expect(line(new DadError("X", `${"x".repeat(199)}😀`))).toBe(`X: ${"x".repeat(199)}…`);
  });

  it("leaves out the code of what nobody foresaw", () => {
    expect(line(new RangeError("boom"))).toBe("boom");
  });
});
