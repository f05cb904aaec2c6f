import { access } from "node:fs/promises";
import { join } from "node:path";
import { OutcomeFailedError } from "@dad/outcome";
import type { Git, GitCall } from "../git/git.ts";
import type { GitContext } from "../git-context.ts";
import { findProject, ProjectRefusal } from "./project-repository.ts";

/** What of the project is in no commit, and hence in no run that starts from one. */
export interface UncommittedChanges {
  /** The root of the working copy. */
  readonly directory: string;
  /** Files of the last commit, or staged, that are not as in it. */
  readonly changed: number;
  /** Files that git does not know and that are not ignored. */
  readonly untracked: number;
}

/** `undefined`: there is no working copy. */
export async function countUncommitted({ git, options }: GitContext, call: GitCall): Promise<UncommittedChanges | undefined> {
  if (options.project === undefined) return undefined;
  const project = await findProject(git, options.project, call.signal).catch((cause: unknown) => {
    if (cause instanceof ProjectRefusal) throw new OutcomeFailedError("look for changes that are not committed", String(options.project), { cause });
    throw cause;
  });
  const { workTree: directory, gitDir, commonDir } = project;
  if (directory === undefined) return undefined;
  // As a tree of the outcome repository, whose attributes keep the filters of the project from being started.
  const tree = { ...call, workTree: directory, index: join(gitDir, "index") };
  const exclude = join(commonDir, "info", "exclude");
  const excluding = (await isThere(exclude)) ? [`--exclude-from=${exclude}`] : [];
  const untracked = await namesOf(git, ["ls-files", "--others", "--exclude-standard", ...excluding], tree);
  const changed = await namesOf(git, ["ls-files", "--modified", "--deleted"], tree);
  const begun = (await git.report(["rev-parse", "--verify", "--quiet", "HEAD"], { ...call, gitDir })).exitCode === 0;
  // These look at no file.
  const comparing = begun ? ["diff-index", "--cached", "--name-only", "HEAD"] : ["ls-files", "--cached"];
  const staged = await namesOf(git, comparing, { ...call, gitDir });
  return { directory, changed: new Set([...changed, ...staged]).size, untracked: untracked.length };
}

async function namesOf(git: Git, [command = "", ...options]: readonly string[], call: GitCall): Promise<string[]> {
  return (await git.run([command, "-z", ...options, "--"], call)).split("\0").filter(Boolean);
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
