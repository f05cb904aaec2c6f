import { expect } from "vitest";
import type { OutcomeFile, RunOutcome } from "../outcome-repository.ts";

export function file(path: string, content: string | Uint8Array, executable = false): OutcomeFile {
  return { path, content: typeof content === "string" ? new TextEncoder().encode(content) : Uint8Array.from(content), executable };
}

/** What every run of the suite starts from. The attributes ask for conversions that an outcome must not make. */
export const BASE: readonly OutcomeFile[] = [
  file(".gitattributes", "* text=auto eol=crlf working-tree-encoding=UTF-16\n*.txt filter=planted ident\n"),
  file("README.md", "# Base\n"),
  file("bin/tool", "#!/bin/sh\n", true),
  file("src/deep/er/bytes.bin", Uint8Array.from([0, 255, 13, 10, 10, 200])),
  file("src/lines.txt", "one\r\ntwo\n$Id$\n"),
  file("with space/ünïcode [x] {y} #.md", "z"),
];

/** Makes sure that a working tree has these files with their bytes. */
export async function expectFiles(run: RunOutcome, files: readonly OutcomeFile[]): Promise<void> {
  for (const expected of files) expect(await run.read(expected.path), expected.path).toEqual(expected);
}
