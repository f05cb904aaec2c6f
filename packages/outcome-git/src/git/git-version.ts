import { tmpdir } from "node:os";
import { type GitProgram, hardenedGit } from "./git.ts";

/** Which version of git there is, for whoever wants to know before a run needs it. @throws GitUnavailableError (`GIT_UNAVAILABLE`) when there is none, or one that is too old. */
export async function gitVersion(git: GitProgram = {}): Promise<string> {
  return await hardenedGit(undefined, git).assertAvailable(tmpdir());
}
