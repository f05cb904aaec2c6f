import { visible } from "@dad/terminal";
import { counted } from "./counted.ts";

const BINARY = /^Binary files .* differ$/gm;
const POINTER = /^diff --git .*\.dad-artifact"?$/gm;

/**
 * Writes a unified difference to stdout, as it is for `git apply`; at a terminal with what would act on it made visible. Says so of
 * files of which it does not have the content.
 */
export function writePatch(patch: string): void {
  process.stdout.write(process.stdout.isTTY ? visible(patch) : patch);
  note(patch.match(BINARY)?.length ?? 0, "nothing but that it differs, because it is no text");
  note(patch.match(POINTER)?.length ?? 0, "nothing but a pointer, because it is large");
}

function note(count: number, what: string): void {
  if (count > 0) process.stderr.write(`of ${counted(count, "file")} the patch has ${what}: dad outcome checkout has the content\n`);
}
