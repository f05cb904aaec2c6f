import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, expectTypeOf, it, vi } from "vitest";
import { DadError, ErrorEnvelope, errorEnvelope, errorFromEnvelope } from "./error.ts";
import { canonicalJson, type Json } from "./json.ts";

class FullError extends DadError<"STORE_FULL"> {
  constructor(options: { readonly cause?: unknown } = {}) {
    super("STORE_FULL", "the store is full: make room", { ...options, retryable: true, details: { limit: 10 } });
  }
}

describe("DadError", () => {
  afterEach(() => {
    vi.resetModules();
  });

  it("is an error with the name of its class, a code, and what programs need to know", () => {
    const error = new FullError();
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: "FullError", code: "STORE_FULL", retryable: true, details: { limit: 10 } });
    expect(new DadError("X", "x")).toMatchObject({ retryable: false, details: {} });
  });

  it("keeps the cause it is given, and has none when there is none", () => {
    const cause = new Error("disk");
    expect(new FullError({ cause }).cause).toBe(cause);
    expect("cause" in new FullError()).toBe(false);
    expect("cause" in new FullError({ cause: undefined })).toBe(true);
  });

  it("is recognised by its code", () => {
    const error: unknown = new FullError();
    expect(DadError.is(error)).toBe(true);
    expect(DadError.is(error, "STORE_FULL")).toBe(true);
    expect(DadError.is(error, "OTHER")).toBe(false);
    if (DadError.is(error, "STORE_FULL")) expectTypeOf(error.code).toEqualTypeOf<"STORE_FULL">();
  });

  it.each([undefined, null, "STORE_FULL", new Error("x"), { code: "STORE_FULL" }, Object.assign(new Error("x"), { code: "STORE_FULL" })])(
    "does not take %o for one",
    (value) => {
      expect(DadError.is(value)).toBe(false);
    },
  );

  it("is recognised when it was made by another copy of this package", async () => {
    vi.resetModules();
    const copy = await import("./error.ts");
    const foreign = new copy.DadError("STORE_FULL", "full", { details: { limit: 1 } });
    expect(copy.DadError).not.toBe(DadError);
    expect(foreign).not.toBeInstanceOf(DadError);
    expect(DadError.is(foreign, "STORE_FULL")).toBe(true);
    expect(errorEnvelope(foreign)).toEqual({ code: "STORE_FULL", message: "full", retryable: false, details: { limit: 1 } });
  });

  it("becomes its envelope in JSON", () => {
    const error = new FullError({ cause: new DadError("DISK", "no space") });
    expect(JSON.parse(JSON.stringify({ error }))).toEqual({ error: errorEnvelope(error) });
  });
});

describe("errorEnvelope", () => {
  it("holds the causes, down to what was thrown first", () => {
    const first = Object.assign(new Error("no space left"), { code: "ENOSPC" });
    expect(errorEnvelope(new FullError({ cause: new Error("write", { cause: first }) }))).toEqual({
      code: "STORE_FULL",
      message: "the store is full: make room",
      retryable: true,
      details: { limit: 10 },
      cause: { code: "UNEXPECTED", message: "write", retryable: false, cause: { code: "ENOSPC", message: "no space left", retryable: false } },
    });
  });

  it.each<[string, unknown, { code: string; message: string }]>([
    ["an error", new Error("boom"), { code: "UNEXPECTED", message: "boom" }],
    ["an error without a message", new RangeError(""), { code: "UNEXPECTED", message: "RangeError" }],
    ["an aborted signal's reason", AbortSignal.abort().reason, { code: "ABORTED", message: "This operation was aborted" }],
    ["an error of Node", Object.assign(new Error("x"), { code: "ERR_INVALID_ARG_TYPE" }), { code: "ERR_INVALID_ARG_TYPE", message: "x" }],
    ["an error with a code that is none", Object.assign(new Error("x"), { code: "not a code" }), { code: "UNEXPECTED", message: "x" }],
    ["an error with a message that is none", Object.assign(new Error("x"), { message: 7 }), { code: "UNEXPECTED", message: "Error" }],
    ["a string", "boom", { code: "UNEXPECTED", message: "boom" }],
    ["null", null, { code: "UNEXPECTED", message: "a thrown null" }],
    ["undefined", undefined, { code: "UNEXPECTED", message: "a thrown undefined" }],
    ["an object", { message: "x" }, { code: "UNEXPECTED", message: "a thrown object" }],
    ["an error of another realm", runInNewContext('new Error("far", { cause: "near" })'), { code: "UNEXPECTED", message: "far" }],
  ])("takes %s", (_what, thrown, expected) => {
    expect(errorEnvelope(thrown)).toMatchObject({ ...expected, retryable: false });
    expect(ErrorEnvelope.safeParse(errorEnvelope(thrown)).success).toBe(true);
  });

  it("follows the causes of an error of another realm", () => {
    expect(errorEnvelope(runInNewContext('new Error("far", { cause: new Error("near") })')).cause?.message).toBe("near");
  });

  it("ends where causes go in a circle", () => {
    const error = new Error("round");
    error.cause = error;
    expect(canonicalJson(errorEnvelope(error)).match(/round/g)).toHaveLength(9);
  });

  it("can always be recorded, whatever the error holds", () => {
    const details = { fine: [1], when: new Date(0), size: 1n, nothing: undefined, far: Number.NaN, half: "\ud800" } as unknown as Record<
      string,
      Json
    >;
    const envelope = errorEnvelope(new DadError("ODD", "half \ud83d", { details }));
    expect(() => canonicalJson(envelope)).not.toThrow();
    expect(envelope).toEqual({ code: "ODD", message: "half \ufffd", retryable: false, details: { fine: [1] } });
  });
});

describe("errorFromEnvelope", () => {
  it("gives an error with the same envelope", () => {
    const envelope = errorEnvelope(new FullError({ cause: new DadError("DISK", "no space", { cause: new Error("write"), details: { path: "a" } }) }));
    const error = errorFromEnvelope(ErrorEnvelope.parse(JSON.parse(JSON.stringify(envelope))));
    expect(DadError.is(error, "STORE_FULL")).toBe(true);
    expect(DadError.is(error.cause, "DISK")).toBe(true);
    expect(errorEnvelope(error)).toEqual(envelope);
  });
});
