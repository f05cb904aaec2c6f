import { expect, it } from "vitest";
import { type Digest, digestOfBytes } from "@dad/protocol";
import { readText } from "../read.ts";
import type { StoreFixture } from "./store-subject.ts";
import { all, largeBody } from "./bodies.ts";

const HOSTILE = [
  "",
  "sha256:",
  "sha256:../x",
  `sha256:../../${"a".repeat(58)}`,
  `sha256:${"A".repeat(64)}`,
  `sha256:${"a".repeat(63)}`,
  `sha256:${"a".repeat(64)}\n`,
  `sha256:${"a".repeat(63)}\0`,
  `md5:${"a".repeat(64)}`,
  "/etc/passwd",
  "__proto__",
];

/** What reading promises. */
export function readTests({ store }: StoreFixture): void {
  it("answers undefined for content that is not there", async () => {
    await store().put("something else");
    expect(await store().get(digestOfBytes("nope"))).toBeUndefined();
    expect(await store().size(digestOfBytes("nope"))).toBeUndefined();
  });

  it("answers undefined and lists nothing before anything was put", async () => {
    expect(await store().get(digestOfBytes("nope"))).toBeUndefined();
    expect(await store().size(digestOfBytes("nope"))).toBeUndefined();
    expect(await all(store().list())).toEqual([]);
    await store().delete(digestOfBytes("nope"));
  });

  it("lists every digest once", async () => {
    const put = await Promise.all(Array.from({ length: 50 }, (_, index) => store().put(`content ${index % 40}`)));
    const digests = new Set(put.map(({ digest }) => digest));
    expect((await all(store().list())).sort()).toEqual([...digests].sort());
  });

  it("gives the content as often as its body is read", async () => {
    const { digest } = await store().put("again");
    const artifact = await store().get(digest);
    for (let time = 0; time < 2; time++) expect(Buffer.concat(await all(artifact!.body)).toString()).toBe("again");
  });

  it("keeps the content when a reader changes what it was given", async () => {
    const { digest } = await store().put("stays");
    for await (const chunk of (await store().get(digest))!.body) chunk.fill(0);
    expect(await readText(store(), digest)).toBe("stays");
  });

  it("lets a reader stop early", async () => {
    const { digest } = await store().put(largeBody(300_000));
    for await (const chunk of (await store().get(digest))!.body) {
      expect(chunk.byteLength).toBeGreaterThan(0);
      break;
    }
    expect((await store().get(digest))?.size).toBe(300_000);
  });

  it("stops when the signal is aborted already", async () => {
    const { digest } = await store().put("x");
    const options = { signal: AbortSignal.abort() };
    const aborted = { name: "AbortError" };
    await expect(store().get(digest, options)).rejects.toMatchObject(aborted);
    await expect(store().size(digest, options)).rejects.toMatchObject(aborted);
    await expect(store().delete(digest, options)).rejects.toMatchObject(aborted);
    await expect(all(store().list(options))).rejects.toMatchObject(aborted);
    expect(await store().size(digest)).toBe(1);
  });

  it("stops in the middle of a body when the signal is aborted", async () => {
    const { digest } = await store().put(largeBody(1024 * 1024));
    const controller = new AbortController();
    const artifact = await store().get(digest, { signal: controller.signal });
    const read = async () => {
      for await (const _chunk of artifact!.body) controller.abort();
    };
    await expect(read()).rejects.toMatchObject({ name: "AbortError" });
  });

  it.each(HOSTILE)("refuses %j as a digest", async (text) => {
    const kept = await store().put("kept");
    const digest = text as Digest;
    await expect(store().get(digest)).rejects.toBeInstanceOf(TypeError);
    await expect(store().size(digest)).rejects.toBeInstanceOf(TypeError);
    await expect(store().delete(digest)).rejects.toBeInstanceOf(TypeError);
    expect(await all(store().list())).toEqual([kept.digest]);
  });
}
