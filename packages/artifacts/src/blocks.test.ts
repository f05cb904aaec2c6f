import fc from "fast-check";
import { expect, it } from "vitest";
import { BLOCK_BYTES, blocksOf, fileBlocks } from "./blocks.ts";
import { all } from "./testing/bodies.ts";

const LONGEST = 14 * BLOCK_BYTES;
const CONTENT = Buffer.alloc(LONGEST, Buffer.from(Array.from({ length: 251 }, (_, index) => index)));

function* piecesOf(sizes: readonly number[]): Generator<Uint8Array, void> {
  let at = 0;
  for (const size of sizes) yield CONTENT.subarray(at, (at += size));
}

const pieceSizes = fc.array(fc.oneof(fc.nat(20), fc.constantFrom(0, 1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 2 * BLOCK_BYTES + 3)), {
  maxLength: 6,
});

async function* oneByOne(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  yield* pieces;
}

it("gives the same bytes in blocks of one size, the last one shorter", async () => {
  await fc.assert(
    fc.asyncProperty(pieceSizes, async (sizes) => {
      const blocks: Uint8Array[] = [];
      for await (const block of blocksOf(oneByOne(piecesOf(sizes)))) blocks.push(block.slice());
      const length = sizes.reduce((sum, size) => sum + size, 0);
      expect(Buffer.concat(blocks).equals(CONTENT.subarray(0, length))).toBe(true);
      for (const block of blocks.slice(0, -1)) expect(block.byteLength).toBe(BLOCK_BYTES);
      expect(blocks.every((block) => block.byteLength > 0)).toBe(true);
    }),
    { numRuns: 25 },
  );
});

it("leaves a block as it is until the second one after it is asked for", async () => {
  const blocks = blocksOf(oneByOne([1, 2, 3, 4].map((byte) => new Uint8Array(BLOCK_BYTES).fill(byte))));
  const seen: Array<number | undefined> = [];
  let before: Uint8Array | undefined;
  for await (const block of blocks) {
    seen.push(before?.[0], block[0]);
    before = block;
  }
  expect(seen).toEqual([undefined, 1, 1, 2, 2, 3, 3, 4]);
});

/** A file in memory that gives at most `most` bytes at a time, and counts how often it is asked. */
function fileOf(bytes: Uint8Array, most = Number.POSITIVE_INFINITY) {
  const file = {
    reads: 0,
    async read(...[buffer, offset, length, position]: [Uint8Array, number, number, number]) {
      file.reads++;
      const found = bytes.subarray(position, position + Math.min(length, most));
      buffer.set(found, offset);
      return { bytesRead: found.byteLength };
    },
  };
  return file;
}

it.each([3 * BLOCK_BYTES + 5, 10])("uses memory again only for the second block after the one that was asked for last (%i bytes)", async (size) => {
  let [before, position]: [Uint8Array, number] = [new Uint8Array(), 0];
  for await (const block of fileBlocks(fileOf(CONTENT.subarray(0, size)), { size, recycled: true })) {
    expect(CONTENT.subarray(position - before.byteLength, position).equals(before)).toBe(true);
    expect(CONTENT.subarray(position, position + block.byteLength).equals(block)).toBe(true);
    [before, position] = [block, position + block.byteLength];
  }
  expect(position).toBe(size);
});

it("reads a small file at one go", async () => {
  const file = fileOf(new Uint8Array(1000));
  await all(fileBlocks(file, { size: 1000 }));
  expect(file.reads).toBe(1);
});

it("reads what is there, and one byte more than there should be at most", async () => {
  const sizes = fc.oneof(fc.nat(50), fc.constantFrom(BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 2 * BLOCK_BYTES));
  await fc.assert(
    fc.asyncProperty(sizes, sizes, fc.constantFrom(7, BLOCK_BYTES / 2, BLOCK_BYTES), async (there, size, most) => {
      fc.pre(there < 100 || most > 100);
      const bytes = CONTENT.subarray(0, there);
      const read = Buffer.concat(await all(fileBlocks(fileOf(bytes, most), { size })));
      // That a file has grown need not be seen when it gives exactly what it should and no more at one go.
      expect([Math.min(there, size), Math.min(there, size + 1)]).toContain(read.byteLength);
      expect(read.equals(bytes.subarray(0, read.byteLength))).toBe(true);
    }),
    { numRuns: 40 },
  );
});

it("tells that the next block cannot be read when it is asked for, also when it waits long for that", async () => {
  const file = fileOf(new Uint8Array(3 * BLOCK_BYTES));
  const failing = {
    read: async (...range: Parameters<typeof file.read>) => (file.reads === 1 ? Promise.reject(new Error("gone")) : file.read(...range)),
  };
  const blocks = fileBlocks(failing, { size: 3 * BLOCK_BYTES });
  expect((await blocks.next()).done).toBe(false);
  await new Promise(setImmediate);
  await expect(blocks.next()).rejects.toThrow("gone");
});
