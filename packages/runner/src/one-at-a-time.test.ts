import { describe, expect, it } from "vitest";
import { oneAtATime } from "./one-at-a-time.ts";

const never = new AbortController().signal;

describe("pieces of work that exclude each other", () => {
  it("are done one after the other, in the order in which they came, also after one that fails", async () => {
    const exclusively = oneAtATime();
    const done: string[] = [];
    const piece = (name: string) => async () => {
      done.push(`${name} begins`);
      await Promise.resolve();
      done.push(`${name} ends`);
      if (name === "a") throw new Error("a fails");
      return name;
    };
    const all = await Promise.allSettled(["a", "b", "c"].map((name) => exclusively(piece(name), never)));
    const throwing = exclusively(() => {
      throw new Error("before it is a promise");
    }, never);
    await expect(throwing).rejects.toThrow("before it is a promise");
    expect(await exclusively(async () => "d", never)).toBe("d");
    expect(all.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
    expect(done).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
  });

  it("are left at once by whoever is aborted before its turn, and those behind it come to theirs", async () => {
    const exclusively = oneAtATime();
    const gate = Promise.withResolvers<string>();
    const abort = new AbortController();
    const done: string[] = [];
    const first = exclusively(() => gate.promise, never);
    const second = exclusively(async () => void done.push("second"), abort.signal);
    const third = exclusively(async () => void done.push("third"), never);
    abort.abort(new Error("enough"));
    await expect(second).rejects.toThrow("enough");
    gate.resolve("first");
    expect(await first).toBe("first");
    await third;
    expect(done).toEqual(["third"]);
    await expect(exclusively(async () => undefined, abort.signal)).rejects.toThrow("enough");
  });
});
