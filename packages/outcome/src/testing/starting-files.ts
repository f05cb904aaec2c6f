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

/** What a working tree has in the place of these files. */
export async function readAgain(run: RunOutcome, files: readonly OutcomeFile[]): Promise<(OutcomeFile | undefined)[]> {
  return Promise.all(files.map(({ path }) => run.read(path)));
}

/** The code with which each of these calls fails; `"no failure"` for one that does not. */
export async function codesOf(calls: readonly (() => Promise<unknown>)[]): Promise<string[]> {
  return Promise.all(
    calls.map((call) =>
      call().then(
        () => "no failure",
        (error: { readonly code?: unknown }) => String(error.code),
      ),
    ),
  );
}
