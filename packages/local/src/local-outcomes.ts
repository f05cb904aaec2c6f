import { join, resolve } from "node:path";
import type { ArtifactStore } from "@dad/artifacts";
import { type GitAuthor, type GitOutcomeRepository, gitOutcomeRepository, gitVersion } from "@dad/outcome-git";
import { secretsIn } from "@dad/secrets";
import { DadError } from "@dad/protocol";

/** What the outcomes of runs hold, and how their branches look. */
export interface LocalOutcomeOptions {
  /** `false`: the branch of a run shows one commit for each end of the run, and not one for each node. Default `true`. */
  readonly nodes?: boolean;
  /** Whether each run that ends gets the annotated tag `outcome/<run id>`. Default `false`. */
  readonly tags?: boolean;
  /** Who commits. Default: `DAD <dad@localhost>`. */
  readonly author?: GitAuthor;
  /** Files of more bytes are kept as artifacts, and commits have pointers to them. Default: 10 MiB. */
  readonly largeBytes?: number;
  /** The most bytes of a file. Default: 1 GiB. */
  readonly fileBytes?: number;
  /** The most bytes of all files together that are new or changed since the last commit. Default: 4 GiB. */
  readonly changedBytes?: number;
  /** Of a file that has more than one name: `inside` takes it when all of them are in the working tree, `any` always. Default: `inside`. */
  readonly hardLinks?: "inside" | "any";
  /** Names of variables of the host's environment whose values never become part of an outcome. Default: those that are called like secrets. */
  readonly secrets?: readonly string[];
}

export interface LocalOutcomesWhere {
  readonly projectRoot: string;
  readonly runRoot: string;
  /** In which runs with an outcome work, each in the directory that is called like it. */
  readonly workDirectory: string;
  /** Names the repository. */
  readonly project: string;
  /** Whose files runs start from. */
  readonly workspace: string | undefined;
  /** Where large files are kept. */
  readonly artifacts: ArtifactStore;
  readonly hostEnv: Readonly<Record<string, string | undefined>> | undefined;
}

/** The outcomes of the runs of a project, in a git repository beside the runs. */
export function localOutcomes(where: LocalOutcomesWhere, options: LocalOutcomeOptions): GitOutcomeRepository {
  const { projectRoot, runRoot, workDirectory, project, workspace, artifacts, hostEnv = {} } = where;
  const { nodes, tags, author, largeBytes, fileBytes, changedBytes, hardLinks, secrets } = options;
  return gitOutcomeRepository({
    directory: join(runRoot, "outcome", project),
    workDirectory,
    git: { path: hostEnv["PATH"] },
    project: projectRoot,
    history: { ...(nodes === undefined ? {} : { nodes }), ...(tags === undefined ? {} : { tags }) },
    capture: { fileBytes, changedBytes, hardLinks, large: { store: artifacts, bytes: largeBytes }, secrets: () => secretsIn(hostEnv, secrets) },
    ...(author ? { author } : {}),
    ...(workspace === undefined ? {} : { seed: resolve(projectRoot, workspace) }),
  });
}

/**
 * Looks whether there is the git that outcomes need, before anything is executed or paid for.
 *
 * @throws `GIT_UNAVAILABLE`, with both remedies.
 */
export async function assertGit(hostEnv: LocalOutcomesWhere["hostEnv"]): Promise<void> {
  try {
    await gitVersion({ path: hostEnv?.["PATH"] });
  } catch (cause) {
    if (!DadError.is(cause, "GIT_UNAVAILABLE")) throw cause;
    throw new DadError("GIT_UNAVAILABLE", `outcomes need git: ${cause.message}; or make the run without an outcome (--no-outcome)`, {
      cause: cause.cause,
      details: cause.details,
    });
  }
}
