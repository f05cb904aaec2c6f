import type { RunId } from "@dad/protocol";
import type { CaptureRules } from "../tree/capture-rules.ts";
import { type Git, type GitProgram, hardenedGit } from "../git/git.ts";
import { readRefs, refsOf } from "../git/refs.ts";

/** The outcomes of a run root, which may be those of several projects, as those look at them who check and mend them. */
export interface GitOutcomes {
  /** Absolute paths of the bare repositories. */
  readonly repositories: readonly string[];
  /** Absolute path of the directory in which each run has its working tree. */
  readonly workDirectory: string;
  readonly git?: GitProgram | undefined;
  /** Whose values never get into a repository. */
  readonly secrets?: CaptureRules["secrets"];
}

/** What is made here is nobody's own work. */
export function gitOf({ git }: GitOutcomes): Git {
  return hardenedGit(undefined, git);
}

/** Which repository knows a run, and what the run started from there. */
export interface KnownRun {
  readonly gitDir: string;
  readonly base: string;
}

/** `undefined` when no repository knows the run. */
export async function repositoryOf(git: Git, { repositories }: GitOutcomes, runId: RunId): Promise<KnownRun | undefined> {
  const { branch, base } = refsOf(runId);
  for (const gitDir of repositories) {
    const refs = await readRefs(git, [branch, base], { gitDir });
    const start = refs.get(base) ?? refs.get(branch);
    if (start !== undefined) return { gitDir, base: start };
  }
  return undefined;
}
