// Fault: a commit of changes only is made also when nothing has changed.
// Noticed by: makes no commit of changes only when nothing changed, and answers the last one
import type { OutcomeFile, OutcomeRepository } from "@dad/outcome";
import { memoryOutcomeRepository, type MemoryOutcomeRepository } from "@dad/outcome/memory";
import { outcomeRepositoryContract } from "@dad/outcome/testing";

let repository: MemoryOutcomeRepository;

function eagerOutcomes(base: readonly OutcomeFile[]): OutcomeRepository {
  repository = memoryOutcomeRepository({ base });
  const { open } = repository;
  return {
    ...repository,
    async open(runId, options) {
      const run = await open(runId, options);
      return { ...run, commit: (commit) => run.commit({ ...commit, onlyChanged: false }) };
    },
  };
}

outcomeRepositoryContract("an outcome repository that commits what has not changed", {
  create: eagerOutcomes,
  messageOf: (commit) => repository.message(commit) ?? "",
});
