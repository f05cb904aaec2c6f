// Fault: the list of outcomes has runs that have committed nothing.
// Noticed by: lists nothing when no run has a commit
import type { OutcomeFile, OutcomeRepository } from "@dad/outcome";
import { memoryOutcomeRepository, type MemoryOutcomeRepository } from "@dad/outcome/memory";
import { outcomeRepositoryContract } from "@dad/outcome/testing";
import type { RunId } from "@dad/protocol";

let repository: MemoryOutcomeRepository;

function generousOutcomes(base: readonly OutcomeFile[]): OutcomeRepository {
  repository = memoryOutcomeRepository({ base });
  const { open, log, list, find } = repository;
  const started = new Map<RunId, { readonly commit: string; readonly branch: string }>();
  return {
    ...repository,
    async open(runId, options) {
      const run = await open(runId, options);
      started.set(runId, run.start);
      return run;
    },
    async *list(options) {
      yield* list(options);
      for (const [runId, { commit, branch }] of started) {
        const [entry] = await log(commit);
        if (entry && !(await find(runId))) yield { ...entry, runId, branch };
      }
    },
  };
}

outcomeRepositoryContract("an outcome repository that lists runs without an outcome", {
  create: generousOutcomes,
  messageOf: (commit) => repository.message(commit) ?? "",
});
