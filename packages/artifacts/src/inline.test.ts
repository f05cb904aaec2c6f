import fc from "fast-check";
import { expect, it } from "vitest";
import { Descriptor, digestOfBytes } from "@dad/protocol";
import { readJson } from "./json.ts";
import { INLINE_LIMIT_BYTES, inlineContent } from "./inline.ts";
import { getArtifact, readBytes, readText } from "./read.ts";
import { all } from "./testing/bodies.ts";

const nothing = {
  get(): never {
    throw new Error("a store was asked");
  },
};

it("gives back what a descriptor carries, and asks no store", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      const content = Descriptor.parse(JSON.parse(JSON.stringify(inlineContent(bytes, "x/y"))));
      expect(content).toMatchObject({ mediaType: "x/y", digest: digestOfBytes(bytes), size: bytes.byteLength });
      expect(await readBytes(nothing, content)).toEqual(bytes);
    }),
  );
  expect(await readText(nothing, inlineContent("héllo"))).toBe("héllo");
  expect(await readJson(nothing, inlineContent('{"a":1}'), { parse: (value) => value })).toEqual({ a: 1 });
});

it("carries a part of a buffer, and not the rest of it", async () => {
  const part = Buffer.from("before content after").subarray(7, 14);
  expect(await readText(nothing, inlineContent(part))).toBe("content");
});

it("carries what is as large as the limit, and refuses more", async () => {
  const most = new Uint8Array(INLINE_LIMIT_BYTES).fill(7);
  expect(await readBytes(nothing, inlineContent(most))).toEqual(most);
  expect(() => inlineContent(new Uint8Array(INLINE_LIMIT_BYTES + 1))).toThrow(TypeError);
  expect(() => inlineContent("a\ud800b")).toThrow(TypeError);
});

it.each<[string, Partial<Descriptor>]>([
  ["another content", { data: Buffer.from("c0ntent").toString("base64") }],
  ["a longer content", { data: Buffer.from("content!").toString("base64") }],
  ["no content", { data: "" }],
  ["something that is not base64", { data: "?" }],
  ["the content of another size", { size: 8 }],
])("refuses a descriptor that carries %s", async (_what, wrong) => {
  const content = { ...inlineContent("content"), ...wrong };
  await expect(getArtifact(nothing, content)).rejects.toMatchObject({ code: "ARTIFACT_DAMAGED", details: { artifact: content.digest } });
});

it("keeps the content when a reader changes what it was given", async () => {
  const artifact = await getArtifact(nothing, inlineContent("stays"));
  for await (const chunk of artifact.body) chunk.fill(0);
  expect(Buffer.concat(await all(artifact.body)).toString()).toBe("stays");
});

it("stops when the signal is aborted, and reads no more than it may", async () => {
  await expect(readText(nothing, inlineContent("x"), { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
  await expect(readText(nothing, inlineContent("xx"), { limitBytes: 1 })).rejects.toMatchObject({ code: "ARTIFACT_TOO_LARGE" });
});
