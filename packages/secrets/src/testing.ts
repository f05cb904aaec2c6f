import { describe, expect, it } from "vitest";
import type { SecretSource } from "./secret-source.ts";

/** A source of secrets, and a place where it looks. */
export interface SecretSourceSubject extends AsyncDisposable {
  readonly source: SecretSource;
  /** Puts a secret there, or another value of it. @returns what the reference to it has after the colon. */
  put(name: string, value: string): Promise<string>;
  /** What a reference has after the colon that leads to nothing. */
  readonly missing: string;
}

/** The contract of `SecretSource`. Every adapter runs all of it; there is no way to skip a part. */
export function secretSourceContract(name: string, create: () => Promise<SecretSourceSubject>): void {
  describe(`${name} satisfies SecretSource`, () => {
    it("has a scheme that a reference can begin with", async () => {
      await using subject = await create();
      expect(subject.source.scheme).toMatch(/^[a-z][a-z\d+.-]*$/);
    });

    it.each([
      ["of letters and digits", "sk0123456789abcdef"],
      ["with what shells, URLs and JSON have a meaning for", `a "b" 'c' $HOME \\n %20 & # \`d\` <e>`],
      ["of other languages", "schlüssel-🔑-鍵"],
      ["of several lines", "first line\nsecond line\n\nlast line"],
    ])("gives a value %s as it is", async (_, value) => {
      await using subject = await create();
      const rest = await subject.put("one", value);
      expect(await subject.source.read(rest)).toBe(value);
    });

    it("leaves out a line break at the end", async () => {
      await using subject = await create();
      expect(await subject.source.read(await subject.put("one", "0123456789abcdef\n"))).toBe("0123456789abcdef");
    });

    it("keeps several apart", async () => {
      await using subject = await create();
      const [one, other] = [await subject.put("one", "the first value"), await subject.put("other", "another value")];
      expect([await subject.source.read(other), await subject.source.read(one)]).toEqual(["another value", "the first value"]);
    });

    it("reads anew each time", async () => {
      await using subject = await create();
      const rest = await subject.put("one", "the first value");
      await subject.source.read(rest);
      expect(await subject.source.read(await subject.put("one", "the second value"))).toBe("the second value");
    });

    it("says of what is not there which secret that is", async () => {
      await using subject = await create();
      const error = await failureOf(subject.source.read(subject.missing));
      expect(error).toMatchObject({ code: "SECRET_UNAVAILABLE", retryable: false });
      expect((error as Error).message).toContain(`${subject.source.scheme}:${subject.missing}`);
    });

    it("takes what is empty for what is not there", async () => {
      await using subject = await create();
      expect(await failureOf(subject.source.read(await subject.put("one", "")))).toMatchObject({ code: "SECRET_UNAVAILABLE" });
    });

    it("reads nothing for who is aborted already, and gives the reason", async () => {
      await using subject = await create();
      const [rest, reason] = [await subject.put("one", "the first value"), new Error("enough")];
      expect(await failureOf(subject.source.read(rest, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    });

    it("knows at once what it would read, or nothing", async () => {
      await using subject = await create();
      const rest = await subject.put("one", "the first value");
      expect([undefined, "the first value"]).toContain(subject.source.knownNow?.(rest));
      expect(subject.source.knownNow?.(subject.missing)).toBeUndefined();
    });
  });
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail("it succeeded"),
    (error: unknown) => error,
  );
}
