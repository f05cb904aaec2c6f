import { join } from "node:path";
import { DadError } from "@dad/protocol";
import { commitsAmong } from "../git/commits.ts";
import { whileHolding } from "../git/held-lock.ts";
import type { Git, GitCall } from "../git/git.ts";
import { transferObjects } from "../git/pack-transfer.ts";
import { ProjectRefusal, type ProjectRepository, reasonOf } from "./project-repository.ts";
import { changeRefs, readRefs } from "../git/refs.ts";

/** Below it is a ref for each commit that was brought from the project: it and all before it are there, and stay. */
const BROUGHT = "refs/dad/project/";

export interface ProjectCommit {
  readonly project: ProjectRepository;
  readonly commit: string;
}

/**
 * Brings a commit of the project with all before it into the outcome repository. Only what is not there yet is read and written, and
 * by one at a time: the next one finds it there. Objects are all that comes over, no ref, no setting.
 *
 * @throws ProjectRefusal when the repository does not have all of it, or in another format.
 */
export async function bringCommit(git: Git, { project, commit }: ProjectCommit, call: GitCall): Promise<void> {
  if ((await readBrought(git, call)).includes(commit)) return;
  await assertWhole(git, project, call);
  await whileHolding(join(call.gitDir, "dad-project.lock"), call.signal, async () => {
    const brought = await readBrought(git, call);
    if (brought.includes(commit)) return;
    const except = await commitsAmong(git, brought, { ...call, gitDir: project.gitDir });
    await transferObjects(git, { from: project.gitDir, to: call.gitDir, commits: [commit], except }, call.signal).catch((cause: unknown) => {
      call.signal?.throwIfAborted();
      // A partial clone lacks objects, and nobody is asked for them here.
      if (DadError.is(cause) && cause.details["location"] === project.gitDir)
        throw new ProjectRefusal(
          `git cannot read all of its history in ${project.directory}${reasonOf(cause)} (in a partial clone, git fetch --refetch --no-filter brings what it lacks)`,
          { cause },
        );
      throw cause;
    });
    await changeRefs(git, [{ name: `${BROUGHT}${commit}`, from: undefined, to: commit }], call);
  });
}

async function readBrought(git: Git, call: GitCall): Promise<string[]> {
  return [...(await readRefs(git, [BROUGHT], call)).values()];
}

async function assertWhole(git: Git, { directory, isShallow, objectFormat }: ProjectRepository, call: GitCall): Promise<void> {
  if (isShallow) throw new ProjectRefusal(`${directory} is a shallow clone, which lacks a part of its history: git fetch --unshallow there`);
  const own = (await git.run(["rev-parse", "--show-object-format"], call)).trim();
  if (own !== objectFormat)
    throw new ProjectRefusal(`${directory} names its objects by ${objectFormat}, and the outcome repository ${call.gitDir} by ${own}`);
}
