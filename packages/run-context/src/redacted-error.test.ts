import { inspect } from "node:util";
import { DadError, errorEnvelope } from "@dad/protocol";
import { redactor } from "@dad/secrets";
import { describe, expect, it } from "vitest";
import { redactedError } from "./redacted-error.ts";

const SECRET = "correct-horse-battery";
const own = redactor([{ name: "env:API_KEY", value: SECRET }]);
const cleaned = (error: unknown) => redactedError(error, own);
const said = (error: unknown) => inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(errorEnvelope(error));

describe("an error without its secrets", () => {
  it("is still itself, with its class, its code and its causes", () => {
    const cause = new TypeError(`no ${SECRET}`);
    const error = new DadError("OWN", `of ${SECRET}`, { details: { url: `https://x/?k=${SECRET}`, list: [{ [SECRET]: 1 }] }, cause });
    expect(cleaned(error)).toBe(error);
    expect(error).toBeInstanceOf(DadError);
    expect(error.cause).toBe(cause);
    expect(errorEnvelope(error)).toEqual({
      code: "OWN",
      message: "of [secret env:API_KEY]",
      retryable: false,
      details: { url: "https://x/?k=[secret env:API_KEY]", list: [{ "[secret env:API_KEY]": 1 }] },
      cause: { code: "UNEXPECTED", message: "no [secret env:API_KEY]", retryable: false },
    });
    expect(said(error)).not.toContain(SECRET);
  });

  it.each<[string, () => unknown]>([
    ["a text", () => SECRET],
    ["an object", () => ({ message: SECRET, inner: [SECRET] })],
    ["several errors", () => new AggregateError([new Error(SECRET)], SECRET)],
    ["members of its own", () => Object.assign(new Error("x"), { config: { headers: { authorization: SECRET } }, stdout: SECRET })],
    ["a circle", () => circle()],
    ["one that cannot be changed", () => Object.freeze(new Error(SECRET))],
    ["a message that is computed", () => new Computed()],
    ["a cause that cannot be changed", () => new Error("x", { cause: Object.freeze(new RangeError(SECRET)) })],
    ["a member that cannot be read", () => Object.defineProperty(new Error(SECRET), "bad", { enumerable: true, get: () => fail() })],
  ])("has none, whatever was thrown: %s", (_what, make) => {
    expect(said(make())).toContain(SECRET);
    expect(said(cleaned(make()))).not.toContain(SECRET);
  });

  it("is told by another where nobody can look through it", () => {
    let deep: object = { text: SECRET };
    for (let depth = 0; depth < 20_000; depth++) deep = { deep };
    const error = cleaned(Object.assign(new Error(SECRET), { deep })) as Error;
    expect(error.message).toContain("cannot be looked through");
    expect(error.cause).toBeUndefined();
  });

  it("is not touched when it has none, nor when nobody knows any", () => {
    const details = { a: [1, { b: "c" }] };
    const error = Object.freeze(new DadError("OWN", "plain", { details }));
    expect(cleaned(error)).toBe(error);
    expect(error.details).toBe(details);
    const other = Object.freeze(new Error(SECRET));
    expect(redactedError(other, undefined)).toBe(other);
    expect(redactedError(other, redactor())).toBe(other);
  });
});

class Computed extends Error {
  override get message(): string {
    return `it is ${SECRET}`;
  }
}

function circle(): Error {
  const error = new Error(SECRET);
  const inside: Record<string, unknown> = { error, text: SECRET };
  inside["inside"] = inside;
  return Object.assign(error, { cause: new Error(SECRET, { cause: error }), inside });
}

function fail(): never {
  throw new Error("not to be read");
}
