import { OutcomeRevisionError } from "@dad/outcome";
import type { GitContext } from "../git-context.ts";
import { findProject, ProjectRefusal, type ProjectRepository } from "./project-repository.ts";
import { type ResolvedRevision, resolveRevision } from "./resolve-revision.ts";

/** A revision, and the repository of the project in which it was found. */
export interface FoundRevision extends ResolvedRevision {
  readonly project: ProjectRepository;
}

/** Looks a revision up in the project's own repository. Nothing is brought from it. @throws OutcomeRevisionError (`OUTCOME_REVISION_UNKNOWN`). */
export async function findRevision({ git, options }: GitContext, revision: string, signal: AbortSignal | undefined): Promise<FoundRevision> {
  const { project: directory } = options;
  if (directory === undefined)
    throw new OutcomeRevisionError(revision, { repository: undefined, reason: "the option project names no repository that it could be in" });
  try {
    const project = await findProject(git, directory, signal);
    return { project, ...(await resolveRevision(git, revision, { ...project, signal })) };
  } catch (cause) {
    throw cause instanceof ProjectRefusal ? refusedRevision(revision, directory, cause) : cause;
  }
}

/** The message of the refusal is the reason: what led to it is the cause. */
export function refusedRevision(revision: string, repository: string, { message: reason, cause }: ProjectRefusal): OutcomeRevisionError {
  return new OutcomeRevisionError(revision, { repository, reason }, cause === undefined ? {} : { cause });
}
