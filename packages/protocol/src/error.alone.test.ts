import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { afterEach, describe, expect, expectTypeOf, it, vi } from "vitest";
import { DadError, ERROR_LIMITS, ErrorEnvelope, errorEnvelope, errorFromEnvelope, messageOf } from "./error.ts";
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
    ["a number", 7, { code: "UNEXPECTED", message: "a thrown number: 7" }],
    ["a BigInt", 7n, { code: "UNEXPECTED", message: "a thrown bigint: 7" }],
    ["a symbol", Symbol("x"), { code: "UNEXPECTED", message: "a thrown symbol: Symbol(x)" }],
    ["a function", () => "boom", { code: "UNEXPECTED", message: "a thrown function" }],
    ["an object without a prototype", Object.create(null), { code: "UNEXPECTED", message: "a thrown object" }],
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

/** What is thrown by code that means harm, or was never tried. */
const HOSTILE: [string, () => unknown][] = [
  ["an object without a prototype", () => Object.create(null)],
  ["an object whose toString throws", () => ({ toString: boom, [Symbol.toPrimitive]: boom })],
  ["a proxy whose traps all throw", () => hostileProxy({})],
  ["a proxy of an error whose traps all throw", () => hostileProxy(new Error("x"))],
  ["a proxy of a function whose traps all throw", () => hostileProxy(() => {})],
  ["a proxy that was revoked", revoked],
  ["an error whose members all throw", () => withGetters(new Error("x"))],
  ["a DadError whose members all throw", () => withGetters(new DadError("X", "x"))],
  ["a DadError that lacks everything", () => ({ [Symbol.for("dad.error")]: true })],
  ["a DadError with members of other types", () => Object.assign(new DadError("X", "x"), { code: 7, retryable: "yes", details: [1], name: {} })],
  ["a DadError with details that were revoked", () => Object.assign(new DadError("X", "x"), { details: revoked() })],
  ["a DadError with details whose getters throw", () => new DadError("X", "x", { details: withGetters({}) as never })],
  ["a DadError with details that differ with each reading", () => new DadError("X", "x", { details: { fickle: fickle() } as never })],
  ["a cause that throws when it is read further", () => new Error("x", { cause: withGetters(new Error("y")) })],
  ["causes without end", endless],
  ["a thing from another realm that is no error", () => runInNewContext("Object.create(Error.prototype)") as unknown],
];

function boom(): never {
  throw new Error("read by mistake");
}

function hostileProxy(target: object): unknown {
  return new Proxy(target, new Proxy({}, { get: () => boom }));
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function withGetters<T extends object>(target: T): T {
  const names = ["name", "message", "code", "cause", "details", "retryable", "stack", "toString", "toJSON"];
  return Object.defineProperties(target, Object.fromEntries(names.map((name) => [name, { get: boom, enumerable: true, configurable: true }])));
}

/** Is plain data when it is read for the first time, and never again. */
function fickle(): object {
  let reads = 0;
  return Object.defineProperty({}, "value", { enumerable: true, get: () => (reads++ === 0 ? 1 : boom) });
}

function endless(): Error {
  return Object.defineProperty(new Error("x"), "cause", { get: endless });
}

describe("whatever was thrown", () => {
  it.each(HOSTILE)("%s has an envelope that can be recorded, and a message", (_what, make) => {
    const thrown = make();
    const envelope = errorEnvelope(thrown);
    expect(ErrorEnvelope.safeParse(JSON.parse(canonicalJson(envelope))).success).toBe(true);
    expect(canonicalJson(envelope)).toBe(canonicalJson(JSON.parse(JSON.stringify(envelope))));
    expect(messageOf(thrown)).toMatch(/./);
    expect(DadError.is(thrown, "OTHER")).toBe(false);
  });

  it("has an envelope that can be recorded, and a message", () => {
    const anything = fc.anything({ withBigInt: true, withNullPrototype: true, withDate: true, withMap: true, withSet: true, withSparseArray: true });
    const thrown = fc.oneof(
      anything,
      fc.record({ message: anything, name: anything, code: anything, cause: anything }).map((members) => Object.assign(new Error("x"), members)),
      fc.record({ message: anything, code: anything, details: anything }).map((members) => Object.assign(new DadError("X", "x"), members)),
    );
    fc.assert(
      fc.property(thrown, (error) => {
        const envelope = errorEnvelope(error);
        expect(ErrorEnvelope.safeParse(JSON.parse(canonicalJson(envelope))).success).toBe(true);
        expect(messageOf(error)).toBeTypeOf("string");
      }),
    );
  });

  it("keeps what can be read of it", () => {
    const details = Object.defineProperty({ fine: 1 }, "hidden", { get: boom, enumerable: true });
    const hidden = Object.defineProperty(new DadError("X", "read me", { details }), "cause", { get: boom });
    expect(errorEnvelope(hidden)).toEqual({ code: "X", message: "read me", retryable: false, details: { fine: 1 } });
  });
});

describe("messageOf", () => {
  it.each<[string, unknown, string]>([
    ["of an error is its message, whole", new Error("x".repeat(100_000)), "x".repeat(100_000)],
    ["of an error without one is its name", new RangeError(""), "RangeError"],
    ["of an error without a name too says so", Object.assign(new Error(""), { name: "" }), "an error without a message"],
    ["of an error of another realm is its message", runInNewContext('new Error("far")'), "far"],
    ["of a string is the string", "boom", "boom"],
  ])("%s", (_what, thrown, text) => {
    expect(messageOf(thrown)).toBe(text);
  });
});

describe("the limits of an envelope", () => {
  const { messageLength, detailsBytes, codeLength } = ERROR_LIMITS;

  it("leave a message as it is that keeps within them", () => {
    const message = "x".repeat(messageLength);
    expect(errorEnvelope(new Error(message)).message).toBe(message);
  });

  it("cut a longer one in the middle, and say how much is missing", () => {
    const error = new DadError("X", `first ${"x".repeat(1_000_000)} last`);
    const { message } = errorEnvelope(error);
    const [, head, missing, tail] = /^(first x+) \[…(\d+) characters left out…\] (x+ last)$/.exec(message) ?? [];
    expect(Number(head?.length) + Number(missing) + Number(tail?.length)).toBe(error.message.length);
    expect(message.length).toBeLessThanOrEqual(messageLength);
    expect(error.message).toHaveLength(1_000_011);
  });

  it("never cut a character in two, and cut what was cut no further", () => {
    fc.assert(
      fc.property(fc.nat(3), (shift) => {
        const { message } = errorEnvelope(new Error(`${"x".repeat(shift)}${"😀".repeat(messageLength)}`));
        expect(message).not.toContain("\ufffd");
        expect(errorEnvelope(new Error(message)).message).toBe(message);
      }),
    );
  });

  it("hold for every cause, and for a text that was thrown", () => {
    const thrown = "x".repeat(messageLength + 1);
    expect(errorEnvelope(new Error("outer", { cause: thrown })).cause?.message).toContain("characters left out");
  });

  it("count the bytes of the details, and replace those that are too large", () => {
    // {"text":"…"}
    const most = "é".repeat((detailsBytes - 11 - 1) / 2);
    const within = new DadError("X", "x", { details: { text: `${most}x` } });
    const beyond = new DadError("X", "x", { details: { text: `${most}xx` } });
    expect(errorEnvelope(within).details).toEqual(within.details);
    expect(errorEnvelope(beyond).details).toEqual({ omitted: `${detailsBytes + 1} bytes of details, of which at most ${detailsBytes} are recorded` });
    expect(beyond.details).toEqual({ text: `${most}xx` });
  });

  it("take a code that is too long for none", () => {
    expect(errorEnvelope(new DadError("X".repeat(codeLength), "x")).code).toHaveLength(codeLength);
    expect(errorEnvelope(new DadError("X".repeat(codeLength + 1), "x")).code).toBe("UNEXPECTED");
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
