import fc from "fast-check";
import { expect, it } from "vitest";
import type { DiskFile } from "@dad/disk";
import { type LineReader, lineReader } from "./line-reader.ts";

/** A file that takes its time. */
function fileOf(content: { bytes: Buffer }): DiskFile {
  const read = async (...[target, at, length, from]: [Buffer, number, number, number]) => {
    await Promise.resolve();
    const piece = content.bytes.subarray(from, from + length);
    target.set(piece, at);
    return { bytesRead: piece.byteLength, buffer: target };
  };
  return { read } as unknown as DiskFile;
}

async function linesOf(reader: LineReader, from = 0): Promise<string[]> {
  const found: string[] = [];
  for (let at = from; ;) {
    const line = await reader.lineAt(at);
    if (line === undefined) return found;
    found.push(line.toString());
    at += line.byteLength + 1;
    for (let known = reader.knownLineAt(at); known; known = reader.knownLineAt(at)) {
      found.push(known.toString());
      at += known.byteLength + 1;
    }
  }
}

const KIB = 1024;
const lengths = fc.array(fc.oneof(fc.nat(200), fc.nat(300 * KIB), fc.constantFrom(0, 256 * KIB - 1, 256 * KIB, 512 * KIB, 700 * KIB)), {
  maxLength: 12,
});
const line = (length: number, index: number) => String.fromCharCode(97 + index).repeat(length);

it("gives every line of a file, however long", async () => {
  await fc.assert(
    fc.asyncProperty(lengths, async (sizes) => {
      const expected = sizes.map(line);
      const bytes = Buffer.from(`${expected.map((text) => `${text}\n`).join("")}not whole`);
      const found = await linesOf(lineReader(fileOf({ bytes }), "x"));
      expect(found.map((text) => text.length)).toEqual(sizes);
      expect(found.join("\n") === expected.join("\n")).toBe(true);
    }),
    { numRuns: 40 },
  );
});

it("gives what was appended while it was at work, and reads again what it is told to forget", async () => {
  const first = Array.from({ length: 3000 }, (_, index) => `${index} ${"x".repeat(200)}`);
  const content = { bytes: Buffer.from(`${first.join("\n")}\n`) };
  const reader = lineReader(fileOf(content), "x");
  expect(await linesOf(reader)).toEqual(first);
  const at = content.bytes.byteLength;
  content.bytes = Buffer.concat([content.bytes, Buffer.from("torn")]);
  expect(await reader.lineAt(at)).toBeUndefined();
  content.bytes = Buffer.concat([content.bytes.subarray(0, at), Buffer.from("whole\n")]);
  expect((await reader.lineAt(at))?.toString()).toBe("whole");
  content.bytes.write("other", at);
  expect(reader.knownLineAt(at)?.toString()).toBe("whole");
  reader.forget();
  expect(reader.knownLineAt(at)).toBeUndefined();
  expect((await reader.lineAt(at))?.toString()).toBe("other");
});

it("reads again what it had read ahead, too, when it is told to forget", async () => {
  const lines = Array.from({ length: 9000 }, (_, index) => `${index} ${"x".repeat(200)}`);
  const content = { bytes: Buffer.from(`${lines.join("\n")}\n`) };
  const reader = lineReader(fileOf(content), "x");
  await reader.lineAt(0);
  content.bytes = Buffer.from(content.bytes.toString().replaceAll("x", "y"));
  reader.forget();
  expect(await linesOf(reader)).toEqual(lines.map((text) => text.replaceAll("x", "y")));
});

it("fails where it cannot read, and not before", async () => {
  const bytes = Buffer.from("x\n".repeat(200 * KIB));
  const { read } = fileOf({ bytes });
  const failing = { read: async (...args: Parameters<typeof read>) => (args[3] ? await Promise.reject(new Error("broken")) : await read(...args)) };
  const reader = lineReader(failing as unknown as DiskFile, "x");
  await reader.lineAt(0);
  expect(reader.knownLineAt(256 * KIB - 2)?.toString()).toBe("x");
  await expect(reader.lineAt(256 * KIB)).rejects.toMatchObject({ code: "JOURNAL_STORAGE_FAILED" });
});
