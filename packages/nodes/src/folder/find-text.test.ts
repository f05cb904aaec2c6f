import { join } from "node:path";
import { expect, it } from "vitest";
import { testingFolder } from "../testing-folder.ts";
import { findText, MAX_LINES } from "./find-text.ts";

async function find(content: string | Uint8Array, text: string) {
  await using folder = await testingFolder({ a: content });
  return await findText(join(folder.path, "a"), text, new AbortController().signal);
}

it("finds a text that begins in one piece of a file and ends in another", async () => {
  for (const before of [65_530, 65_534, 65_536, 131_070])
    expect(await find(`${"\n".repeat(before)}needle\nneedle`, "needle")).toMatchObject({ lines: [before + 1, before + 2], more: false });
});

it("finds a text of several lines, and one that overlaps itself, each line once", async () => {
  expect(await find("a\nb\na\nb\na", "a\nb")).toMatchObject({ lines: [1, 3] });
  expect(await find("aaaa\naa", "aa")).toMatchObject({ lines: [1, 2] });
});

it("tells so many lines and no more", async () => {
  const found = await find("x\n".repeat(MAX_LINES + 1), "x");
  expect([found?.lines.length, found?.more]).toEqual([MAX_LINES, true]);
  expect(await find("x\n".repeat(MAX_LINES), "x")).toMatchObject({ more: false });
});

it("finds nothing in binary data", async () => {
  expect(await find(new Uint8Array([120, 0, 120]), "x")).toMatchObject({ binary: true });
});
