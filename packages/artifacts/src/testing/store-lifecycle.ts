import { expect, it } from "vitest";
import { readBytes, readText } from "../read.ts";
import type { StoreFixture } from "./store-subject.ts";
import { all } from "./bodies.ts";

/** What `delete`, disposal and the claimed capabilities promise. */
export function lifecycleTests({ store, subject }: StoreFixture): void {
  it("deletes content, also twice, and only that", async () => {
    const [gone, kept] = [await store().put("gone"), await store().put("kept")];
    await store().delete(gone.digest);
    await store().delete(gone.digest);
    expect(await store().get(gone.digest)).toBeUndefined();
    expect(await store().size(gone.digest)).toBeUndefined();
    expect(await all(store().list())).toEqual([kept.digest]);
  });

  it("stores deleted content again", async () => {
    const { digest } = await store().put("back");
    await store().delete(digest);
    await store().put("back");
    expect(await readText(store(), digest)).toBe("back");
  });

  it("can be disposed twice", async () => {
    await store().put("x");
    await store()[Symbol.asyncDispose]();
    await expect(store()[Symbol.asyncDispose]()).resolves.toBeUndefined();
  });

  it("keeps its content for the next handle if it claims to outlive its process", async () => {
    if (store().capabilities.durability === "memory") return;
    const content = await store().put("kept", { mediaType: "text/plain" });
    await store()[Symbol.asyncDispose]();
    await using next = await subject.reopen!();
    expect(await readText(next, content)).toBe("kept");
    expect(await all(next.list())).toEqual([content.digest]);
  });

  it("shows its content to other handles at once if it claims to be shared", async () => {
    if (!store().capabilities.shared) return;
    await using other = await subject.reopen!();
    const [here, there, both] = await Promise.all([store().put("here"), other.put("there"), store().put("both"), other.put("both")]);
    expect(await readText(other, here)).toBe("here");
    expect(await readText(store(), there)).toBe("there");
    for (const handle of [store(), other]) {
      expect((await all(handle.list())).sort()).toEqual([here.digest, there.digest, both.digest].sort());
    }
  });

  it.each(["x", "a longer content ".repeat(10_000)])("never gives damaged content as good if it claims to outlive its process (%#)", async (text) => {
    if (store().capabilities.durability === "memory") return;
    const [damaged, whole] = [await store().put(text), await store().put("whole")];
    await subject.damage!(damaged.digest);
    await expect(readBytes(store(), damaged)).rejects.toMatchObject({ code: "ARTIFACT_DAMAGED", details: { artifact: damaged.digest } });
    expect(await readText(store(), whole)).toBe("whole");
  });
}
