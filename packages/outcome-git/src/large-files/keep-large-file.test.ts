import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConfinedFile, confinedDirectory } from "@dad/disk";
import { digestOfBytes } from "@dad/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { keepLargeFile, type Kept } from "./keep-large-file.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "dad-keep-"));
  await writeFile(join(root, "x"), "large");
  await utimes(join(root, "x"), 0, 0);
});
afterEach(() => rm(root, { recursive: true }));

const store = {
  async put(body: AsyncIterable<Uint8Array>, { mediaType = "" }: { readonly mediaType?: string } = {}) {
    const pieces: Uint8Array[] = [];
    for await (const piece of body) pieces.push(piece);
    const content = Buffer.concat(pieces);
    return { mediaType, digest: digestOfBytes(content), size: content.length };
  },
  get: () => Promise.resolve(undefined),
};

/** What becomes of a file that differs in this from what it is. */
async function kept(over: Partial<ConfinedFile>): Promise<Kept | undefined> {
  await using file = await confinedDirectory({ root, failure: (_operation, _path, cause) => cause as Error }).open("x");
  if (!file) throw new Error("there is no file");
  const options = { store, limitBytes: Infinity, algorithm: "sha1", search: undefined, signal: undefined };
  return await keepLargeFile({ ...file, ...over }, options);
}

it("reads a file again that may change without getting another time, as one in memory does that the disk does not have", async () => {
  const order: string[] = [];
  const settled = await kept({
    settle: async () => order.push("settled") > 0,
    async *pieces() {
      order.push("read");
      yield Buffer.from("large");
    },
  });
  expect(order).toEqual(["settled", "read"]);
  expect(settled?.known).toMatchObject({ pointer: settled?.pointer });
  const unsettled = await kept({ settle: () => Promise.resolve(false) });
  expect(unsettled).toEqual({ pointer: settled?.pointer, known: undefined });
});

it("lets the disk have what is written to an open file", async () => {
  expect((await kept({}))?.known).toBeDefined();
});
