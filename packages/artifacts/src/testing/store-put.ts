import { expect, it } from "vitest";
import { digestOfBytes } from "@dad/protocol";
import type { ArtifactBody } from "../artifact-store.ts";
import { readBytes, readText } from "../read.ts";
import type { StoreFixture } from "./store-subject.ts";
import { all, chunks, digestOfBody, failingBody, hangingBody, largeBody } from "./bodies.ts";

/** What `put` promises. */
export function putTests({ store }: StoreFixture): void {
  it.each<[string, () => ArtifactBody]>([
    ["a string", () => "héllo"],
    ["bytes", () => Buffer.from("héllo")],
    ["an async iterable", () => chunks("h", "é", "", "llo")],
  ])("gives back %s that was put", async (_form, body) => {
    const content = await store().put(body(), { mediaType: "text/plain" });
    expect(content).toEqual({ mediaType: "text/plain", digest: digestOfBytes("héllo"), size: 6 });
    expect(await readText(store(), content)).toBe("héllo");
    expect(await store().size(content.digest)).toBe(6);
  });

  it("calls content application/octet-stream unless it is told otherwise", async () => {
    expect((await store().put("x")).mediaType).toBe("application/octet-stream");
  });

  it("stores empty content", async () => {
    for (const body of ["", new Uint8Array(), chunks()]) expect(await store().put(body)).toMatchObject({ digest: digestOfBytes(""), size: 0 });
    expect(await readBytes(store(), digestOfBytes(""))).toEqual(new Uint8Array());
    expect(await store().size(digestOfBytes(""))).toBe(0);
  });

  it("stores the same content once, whatever it is called", async () => {
    const first = await store().put("same", { mediaType: "text/plain" });
    const second = await store().put(chunks("sa", "me"), { mediaType: "text/html" });
    expect(second).toEqual({ ...first, mediaType: "text/html" });
    expect(await all(store().list())).toEqual([first.digest]);
  });

  it("stores the same content once when it is put 20 times at once", async () => {
    const put = await Promise.all(Array.from({ length: 20 }, () => store().put(largeBody(200_000))));
    expect(new Set(put.map(({ digest }) => digest)).size).toBe(1);
    expect(await all(store().list())).toEqual([put[0]?.digest]);
    expect((await readBytes(store(), put[0]!)).byteLength).toBe(200_000);
  });

  it("stores 5 MiB from an iterable that uses one buffer for all its pieces", async () => {
    const size = 5 * 1024 * 1024 + 17;
    const content = await store().put(largeBody(size));
    const expected = await digestOfBody(largeBody(size));
    expect(content).toMatchObject(expected);
    const artifact = await store().get(content.digest);
    expect(artifact?.size).toBe(size);
    expect(await digestOfBody(artifact!.body)).toEqual(expected);
  });

  it("stores what lies in pieces of every size", async () => {
    const sizes = [1, 0, 3 * 1024 * 1024 + 5, 17, 1024 * 1024, 1024 * 1024 - 1, 2];
    const pieces = sizes.map((size, index) => new Uint8Array(size).fill(index + 1));
    async function* body(): AsyncGenerator<Uint8Array, void> {
      yield* pieces;
    }
    const whole = Buffer.concat(pieces);
    for (const form of [body(), whole]) {
      const content = await store().put(form);
      expect(content).toMatchObject({ digest: digestOfBytes(whole), size: whole.byteLength });
      expect(digestOfBytes(await readBytes(store(), content))).toBe(content.digest);
      await store().delete(content.digest);
    }
  });

  it.each([10, 2 * 1024 * 1024])("gives the digest of what it stores when %i bytes change while they are put", async (size) => {
    const bytes = new Uint8Array(size).fill(1);
    const put = store().put(bytes);
    await Promise.resolve();
    bytes.fill(2);
    const content = await put;
    expect(digestOfBytes(await readBytes(store(), content))).toBe(content.digest);
  });

  it("keeps the content when the bytes that were given change later", async () => {
    const bytes = Buffer.from("before");
    const { digest } = await store().put(bytes);
    bytes.write("after!");
    expect(await readText(store(), digest)).toBe("before");
  });

  it("rejects with the error of a body that fails, and keeps nothing of it", async () => {
    const error = new Error("the model hung up");
    await expect(store().put(failingBody("half", error))).rejects.toBe(error);
    expect(await store().size(digestOfBytes("half"))).toBeUndefined();
    expect(await all(store().list())).toEqual([]);
  });

  it("lets a body that fails be put again", async () => {
    await expect(store().put(failingBody("ha", new Error("once")))).rejects.toThrow("once");
    expect(await readText(store(), await store().put(chunks("ha", "lf")))).toBe("half");
  });

  it.each<[string, unknown]>([
    ["a number", 1],
    ["undefined", undefined],
    [
      "an iterable of strings",
      (async function* () {
        yield "text";
      })(),
    ],
    ["a string with a lone surrogate", "a\ud800b"],
  ])("refuses %s as a body", async (_what, body) => {
    await expect(store().put(body as ArtifactBody)).rejects.toBeInstanceOf(TypeError);
    expect(await all(store().list())).toEqual([]);
  });

  it("stores nothing when the signal is aborted already", async () => {
    await expect(store().put("late", { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
    expect(await store().size(digestOfBytes("late"))).toBeUndefined();
  });

  it("stops waiting for a body that hangs when the signal is aborted, and keeps nothing of it", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const put = store().put(
      hangingBody("half", () => controller.abort(reason)),
      { signal: controller.signal },
    );
    await expect(put).rejects.toBe(reason);
    expect(await all(store().list())).toEqual([]);
  });

  it("releases a body that it does not read to its end", async () => {
    let released = false;
    const controller = new AbortController();
    async function* body(): AsyncGenerator<Uint8Array, void> {
      try {
        yield Buffer.from("one");
        controller.abort();
        yield Buffer.from("two");
      } finally {
        released = true;
      }
    }
    await expect(store().put(body(), { signal: controller.signal })).rejects.toMatchObject({ name: "AbortError" });
    expect(released).toBe(true);
  });
}
