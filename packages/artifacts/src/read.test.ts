import fc from "fast-check";
import { expect, it } from "vitest";
import { digestOfBytes, Json } from "@dad/protocol";
import { putJson, readJson } from "./json.ts";
import { memoryArtifactStore } from "./memory.ts";
import { readBytes, readText } from "./read.ts";

const anything = { parse: (value: unknown) => value };

it("gives back every JSON value that was put", async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), async (value) => {
      const store = memoryArtifactStore();
      const plain: unknown = JSON.parse(JSON.stringify(value));
      expect(await readJson(store, await putJson(store, plain), anything)).toEqual(plain);
    }),
  );
});

it("stores equal JSON values once", async () => {
  const store = memoryArtifactStore();
  const [first, second] = [await putJson(store, { a: 1, b: [2] }), await putJson(store, { b: [2], a: 1 })];
  expect(first).toEqual(second);
  expect(first.mediaType).toBe("application/json");
});

it("refuses to store what JSON cannot carry", async () => {
  await expect(putJson(memoryArtifactStore(), { a: Number.NaN })).rejects.toBeInstanceOf(TypeError);
});

it("names content that is not JSON, or not what the schema says", async () => {
  const store = memoryArtifactStore();
  const broken = await store.put("{");
  await expect(readJson(store, broken, Json)).rejects.toMatchObject({ code: "ARTIFACT_INVALID", details: { artifact: broken.digest } });
  const refusing = {
    parse() {
      throw new Error("a number was expected");
    },
  };
  await expect(readJson(store, await putJson(store, "text"), refusing)).rejects.toThrow(/a number was expected/);
});

it("names text that is not UTF-8", async () => {
  const store = memoryArtifactStore();
  const content = await store.put(Buffer.from([0x61, 0xff]));
  await expect(readText(store, content)).rejects.toMatchObject({ code: "ARTIFACT_INVALID" });
});

it("keeps a byte order mark, which belongs to the content", async () => {
  const store = memoryArtifactStore();
  expect(await readText(store, await store.put("\ufeffx"))).toBe("\ufeffx");
});

it("names content that is not there", async () => {
  await expect(readBytes(memoryArtifactStore(), digestOfBytes("gone"))).rejects.toMatchObject({ code: "ARTIFACT_MISSING" });
});

it("refuses content of another size than its descriptor says, before it reads a byte", async () => {
  const body: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]() {
      throw new Error("was read");
    },
  };
  const store = { get: async () => ({ digest: digestOfBytes("x"), size: 1, body }) };
  await expect(readBytes(store, { digest: digestOfBytes("x"), size: 2 })).rejects.toMatchObject({ code: "ARTIFACT_DAMAGED" });
  await expect(readBytes(store, digestOfBytes("x"), { limitBytes: 0 })).rejects.toMatchObject({ code: "ARTIFACT_TOO_LARGE" });
});

it("stops when the signal is aborted", async () => {
  const store = memoryArtifactStore();
  const content = await store.put("x");
  const options = { signal: AbortSignal.abort() };
  await expect(readText(store, content, options)).rejects.toMatchObject({ name: "AbortError" });
  await expect(readJson(store, content, { schema: anything, ...options })).rejects.toMatchObject({ name: "AbortError" });
});
