import { OutcomePathError } from "@dad/outcome";

/** Characters that macOS leaves out when it compares names. */
const IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;
/** What Windows, macOS or git itself take for the directory of a repository; Windows leaves out dots and spaces at the end, and what is after a colon. */
const GIT_DIRECTORY = /^(\.git|git~\d+)[ .]*(:.*)?$/is;
/** The same for the file that names modules, whose short name on Windows can be made from a hash. */
const MODULES = /^(\.gitmodules|gitmod~\d+|gi?7?e?b?a?~\d+)[ .]*(:.*)?$/is;

/**
 * Makes sure that a tree can have an entry of this name: what git refuses to put into an index when it protects file systems of
 * every kind (`core.protectHFS`, `core.protectNTFS`). A path has one character a byte, and need not be text.
 *
 * @throws OutcomePathError (`OUTCOME_PATH_INVALID`).
 */
export function assertTreePath(path: string, { link }: { readonly link: boolean }): void {
  const names = shown(path).replace(IGNORED, "").split("/");
  if (names.some((name) => name === "" || name === "." || name === "..")) throw refusal(path, "it is no path inside a tree");
  const parts = names.flatMap((name) => name.split("\\"));
  if (parts.some((part) => GIT_DIRECTORY.test(part))) throw refusal(path, "'.git' is not content, in any spelling");
  if (link && parts.some((part) => MODULES.test(part))) throw refusal(path, "a link cannot have the name of .gitmodules, in any spelling");
}

function refusal(path: string, reason: string): OutcomePathError {
  return new OutcomePathError(shown(path), reason);
}

/** For people: inside here a path has one character a byte, as not all of them are text. */
export function shown(path: string): string {
  return bytesOf(path).toString();
}

export function bytesOf(path: string): Buffer {
  return Buffer.from(path, "latin1");
}
