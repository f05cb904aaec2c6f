import { RelativePath } from "@dad/protocol";
import { OutcomePathError } from "./errors.ts";

/** Characters that macOS leaves out when it compares names. */
const IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/**
 * Makes sure that a string from outside is a path inside a result tree, on every file system. Refuses what
 * `RelativePath` of the protocol refuses, and every spelling of `.git`, which is no content but a repository's own
 * settings. `.gitignore`, `.gitattributes` and `.gitmodules` are content.
 *
 * @throws OutcomePathError `OUTCOME_PATH_INVALID`.
 */
export function assertOutcomePath(path: string): void {
  const { error } = RelativePath.safeParse(path);
  if (error) throw new OutcomePathError(path, error.issues[0]?.message ?? "it is not a relative path");
  if (path.split("/").some(isGitDirectory)) throw new OutcomePathError(path, "'.git' is not content, in any spelling");
}

/** Windows calls it `git~1` too, and the number can be another one. */
export function isGitDirectory(part: string): boolean {
  return /^(\.git|git~\d+)$/i.test(part.replace(IGNORED, ""));
}
