import { visible } from "@dad/terminal";

const BINARY = /^Binary files .* differ$/gm;

/**
 * Writes a unified difference to stdout, as it is for `git apply`; at a terminal with what would act on it made visible. Says so of
 * files of which it does not have the content.
 */
export function writePatch(patch: string): void {
  process.stdout.write(process.stdout.isTTY ? visible(patch) : patch);
  const binary = patch.match(BINARY)?.length ?? 0;
  if (binary > 0)
    process.stderr.write(
      `of ${binary === 1 ? "1 file" : `${binary} files`} that is no text it only says that they differ: dad outcome checkout has them\n`,
    );
}
