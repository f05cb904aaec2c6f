import type { Git, GitCall } from "./git.ts";
import { refusedName } from "./refused-name.ts";

/**
 * Writes the files of a commit to an empty working tree, and what they are to an index that is not there yet. Before it writes
 * anything, git looks at all paths: `..` and `.git`, in any spelling, are none.
 *
 * @throws OutcomePathError (`OUTCOME_PATH_INVALID`) for a name that git refuses.
 */
export async function unpackCommit(git: Git, commit: string, call: GitCall): Promise<void> {
  await git.run(["read-tree", "--reset", "-u", commit], call).catch((error: unknown) => {
    throw refusedName(error) ?? error;
  });
}
