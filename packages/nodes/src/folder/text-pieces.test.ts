import { join } from "node:path";
import { expect, it } from "vitest";
import { testingFolder } from "../testing-folder.ts";
import { readPieces } from "./text-pieces.ts";

const PIECE = 65_536;

async function read(content: string | Uint8Array, limit?: number) {
  await using folder = await testingFolder({ a: content });
  const pieces: string[] = [];
  const onPiece = (piece: string) => pieces.push(piece) === 100;
  const found = await readPieces(join(folder.path, "a"), { ...(limit !== undefined && { limit }), signal: new AbortController().signal, onPiece });
  return { ...found, pieces: pieces.length, text: pieces.join("") };
}

it("reads the beginning of a file, and says how long the file is", async () => {
  expect(await read("0123456789", 4)).toEqual({ bytes: 10, end: "limit", binary: false, pieces: 1, text: "0123" });
  expect(await read("0123456789", 1000)).toEqual({ bytes: 10, end: "file", binary: false, pieces: 1, text: "0123456789" });
  expect(await read("0123456789", 0)).toMatchObject({ bytes: 10, end: "limit", pieces: 0 });
});

it("keeps a character together that lies in two pieces, and leaves out one that the limit cuts", async () => {
  const text = `${"x".repeat(PIECE - 1)}é`;
  expect(await read(text)).toMatchObject({ pieces: 2, text, binary: false });
  expect(await read(text, PIECE)).toMatchObject({ end: "limit", text: "x".repeat(PIECE - 1), binary: false });
});

it("finds out also late that a file is no text", async () => {
  expect(await read(`${"x".repeat(PIECE)}\0`)).toMatchObject({ binary: true });
  expect(await read(new Uint8Array([0x61, 0xc3]))).toMatchObject({ binary: true });
});

it("stops when it is aborted", async () => {
  await using folder = await testingFolder({ a: "x".repeat(PIECE * 3) });
  const controller = new AbortController();
  let pieces = 0;
  const onPiece = () => {
    pieces += 1;
    controller.abort(new Error("cancelled"));
    return false;
  };
  await expect(readPieces(join(folder.path, "a"), { signal: controller.signal, onPiece })).rejects.toThrow("cancelled");
  expect(pieces).toBe(1);
});

it.each(["gone", "directory", "link", "dangling"])("reads nothing of what is no plain file: %s", async (name) => {
  await using folder = await testingFolder({ "a.txt": "a", directory: null, link: { link: "a.txt" }, dangling: { link: "gone" } });
  const options = { signal: new AbortController().signal, onPiece: () => false };
  await expect(readPieces(join(folder.path, name), options)).resolves.toBeUndefined();
});
